// What reading a message, and choosing when to be told, will have done. Pure.

export const notices = {
  "preference.set": (view, { name, value }) => view.put("preference", name, { name, value }),

  "notice.read": (view, { notice }) => {
    if (view.get("notice", notice)) view.put("notice_read", notice, { notice });
  },

  "network.level": (view, { network, level }) => {
    const held = view.get("membership", network);
    if (held) view.put("membership", network, { ...held, level });
  },
};
