"""What is measured, beside its peers. Knows the project from outside only: its commands, its wire and its pages."""
