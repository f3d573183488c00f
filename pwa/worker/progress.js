// How far a long send or download is, in real counts. Told to the pages there are, and kept only while it goes on:
// a worker that was stopped is sending nothing, and no page may say that it is.

const settled = ({ outcomes }) => outcomes.filter(([, outcome]) => outcome !== "later").length;
const records = ({ scopes }) => Object.values(scopes).reduce((sum, part) => sum + (part?.docs.length ?? 0), 0);

export function counting(world) {
  let sent = 0;
  let got = 0;

  async function say(progress) {
    world.progress = progress;
    await world.show(progress);
  }

  return {
    // `left`: how many actions wait, those on their way included.
    sending: (left) => say({ doing: "sending", done: sent, of: sent + left }),
    // A good answer was kept. An older server does not say what is left.
    async kept(reply) {
      sent += settled(reply);
      got += records(reply);
      if (reply.left) await say({ doing: "getting", done: got, of: got + reply.left });
    },
    over: async () => { if (world.progress) await say(null); },
  };
}
