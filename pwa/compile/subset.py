"""What a template may use, and what to write instead of the rest.

The compiler refuses what is not listed, the fuzz tests generate exactly what is, and a test finds what no template uses
any more: then take it out here and in the compiler.
"""

SUBSET = frozenset(
    {
        *("extends", "block", "from import", "macro", "macro default", "macro call", "call", "caller", "set"),
        *("if", "elif", "else", "for", "for else", "loop.first", "loop.last", "loop.index"),
        *("name", "attribute", "key", "text", "number", "true, false", "list", "record"),
        *("==", "!=", "<, <=, >, >=", "in", "not in", "and", "or", "not", "~", "inline if"),
        *("words", "words with values", "message", "message with values", "plural message", "asset"),
        *("| default", "| length", "| sort", "| values", "| without"),
    }
)

SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "not in"}

ARITHMETIC = "join text with ~; work numbers out before the template"
# What Jinja calls it: what a person calls it, and what to write instead.
INSTEAD = {
    "Add": ("+", ARITHMETIC),
    "Sub": ("-", ARITHMETIC),
    "Mul": ("*", ARITHMETIC),
    "Div": ("/", ARITHMETIC),
    "FloorDiv": ("//", ARITHMETIC),
    "Mod": ("%", ARITHMETIC),
    "Pow": ("**", ARITHMETIC),
    "Neg": ("a minus sign", ARITHMETIC),
    "Pos": ("a plus sign", ARITHMETIC),
    "Tuple": ("a tuple", "write a list: [a, b]"),
    "Slice": ("a slice", "give the template the part it needs"),
    "Test": ("an `is` test", 'compare with ==, or give it a value: {{ value | default("") }}'),
    "With": ("{% with %}", "write {% set %}"),
    "AssignBlock": ("{% set %} with a body", "write a macro"),
    "FilterBlock": ("{% filter %}", "use the filter on a value: {{ value | filter }}"),
    "Import": ("{% import %}", 'write {% from "layout/macros.html" import name %}'),
    "Include": ("{% include %}", "write a macro, import it and give it what it needs"),
    "Scope": ("{% autoescape %}", "everything is escaped; pass markup as the body of {% call %}"),
}
