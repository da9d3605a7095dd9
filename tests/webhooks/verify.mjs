// Verifies what receive.py wrote down with the JavaScript library of Standard Webhooks: one JSON object a line.
import { createInterface } from "node:readline";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

function refuses(secret, body, headers) {
  try {
    new Webhook(secret).verify(body, headers);
  } catch (error) {
    if (error instanceof WebhookVerificationError) return true;
    throw error;
  }
  return false;
}

let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  const payload = new Webhook(secret).verify(body, headers);
  if (payload.id !== headers["webhook-id"]) throw new Error(`another id: ${payload.id}`);
  if (!refuses(secret, `${body} `, headers)) throw new Error("a changed body passed");
  count += 1;
}
if (count < 5) throw new Error(`expected five webhooks or more, found ${count}`);
console.log(`${count} signatures verified`);
