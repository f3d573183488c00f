// Speaking to the service worker. Without one, nothing is asked and nothing is answered.

const controller = () => navigator.serviceWorker?.controller ?? null;

export const controlled = () => Boolean(controller());

export const tell = (message) => controller()?.postMessage(message);

// Resolves with the answer, or with null where there is no worker.
export function ask(message) {
  if (!controller()) return Promise.resolve(null);
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      port1.close();
      resolve(data);
    };
    controller().postMessage(message, [port2]);
  });
}
