// What finishing a module will have done. Pure. Of several completions the best is kept of each, as on the server.

export const learn = {
  "module.finish": (view, { module, version, gate_met }, { on, on_text }) => {
    const held = view.get("progress", module) ?? { module, version, gate_met, on, on_text };
    const earlier = on < held.on ? { on, on_text } : {};
    const best = { version: Math.max(version, held.version), gate_met: gate_met === "yes" ? gate_met : held.gate_met };
    view.put("progress", module, { ...held, ...earlier, ...best });
  },
};
