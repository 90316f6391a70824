// A program of other people's library, as its users write it: only the base URL and the token are ours.
// Reads {baseUrl, token, number, waba, customer, answers, image} as JSON from its first argument, prints what it was told.

import { WhatsAppClient } from "@kapso/whatsapp-cloud-api";

const { baseUrl, token, number, waba, customer, answers, image } = JSON.parse(process.argv[2]);
const client = new WhatsAppClient({ baseUrl, accessToken: token });
const phoneNumberId = number;
const to = customer;

const told = {};
const sent = async (name, answer) => (told[name] = (await answer).messages[0].id);

await client.messages.markRead({ phoneNumberId, messageId: answers, typingIndicator: { type: "text" } });
await sent("text", client.messages.sendText({ phoneNumberId, to, body: "Karibu from JavaScript", contextMessageId: answers }));
const file = new Blob([Uint8Array.from(atob(image), (letter) => letter.charCodeAt(0))], { type: "image/png" });
const { id } = await client.media.upload({ phoneNumberId, type: "image", file, fileName: "roses.png" });
await sent("image", client.messages.sendImage({ phoneNumberId, to, image: { id, caption: "Roses by upload" } }));
await sent("location", client.messages.sendLocation({
  phoneNumberId,
  to,
  location: { latitude: -6.1, longitude: 39.2, name: "Stone Town", address: "Zanzibar" },
}));
await sent("buttons", client.messages.sendInteractiveButtons({
  phoneNumberId,
  to,
  bodyText: "Tea or coffee?",
  buttons: [{ id: "tea", title: "Tea" }, { id: "coffee", title: "Coffee" }],
}));

const media = await client.media.get({ mediaId: id, phoneNumberId });
told.size = (await client.media.download({ mediaId: id, phoneNumberId, auth: "always" })).byteLength;
told.mimeType = media.mimeType ?? media.mime_type;
await client.media.delete({ mediaId: id, phoneNumberId });
told.profile = (await client.phoneNumbers.businessProfile.get({ phoneNumberId })).data.length;
if (waba) told.templates = (await client.templates.list({ businessAccountId: waba })).data.map((one) => one.name);

try {
  await client.messages.sendText({ phoneNumberId: "100000000000009", to, body: "Nobody's number" });
} catch (error) {
  told.refused = { code: error.code, httpStatus: error.httpStatus };
}
console.log(JSON.stringify(told));
