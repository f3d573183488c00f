// A passkey is made or used by the browser. Its answer goes into the form beside the button, and that form goes to the server.
// Where the browser has no passkeys the page stays as it came: it offers the other ways.

const ASK = {
  create: (options) => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  get: (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
};

const able = () => Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON && PublicKeyCredential.parseRequestOptionsFromJSON);

async function answer({ dataset }, form, submitter) {
  const trouble = form.querySelector("[role=alert]");
  trouble.hidden = true;
  try {
    const credential = await ASK[dataset.passkey](JSON.parse(dataset.options));
    form.elements.passkey.value = JSON.stringify(credential.toJSON());
    form.requestSubmit(submitter);
  } catch {
    trouble.hidden = false; // turned away, too late, or a passkey that is held already: the browser said which
  }
}

export function watchPasskey() {
  const place = document.querySelector("[data-passkey]");
  if (!place || !able()) return;
  const form = place.querySelector("form");
  form.addEventListener("submit", (submit) => {
    if (form.elements.passkey.value) return;
    submit.preventDefault();
    answer(place, form, submit.submitter);
  });
  addEventListener("pageshow", () => { form.elements.passkey.value = ""; }); // each answer is good once
  place.hidden = false;
  for (const instead of document.querySelectorAll("[data-no-passkey]")) instead.hidden = true;
}
