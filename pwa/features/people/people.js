// What taking a phone or computer off the list will have done. Pure.

export const people = {
  "device.remove": (view, { device }) => view.remove("device", device),
};
