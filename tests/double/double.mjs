// Starts the double; prints where it is, then each message that it took, one JSON object a line.
import { startWhatsAppServer } from "@openclaw/crabline";

const [phoneNumberId, accessToken, displayPhoneNumber, recorderPath] = process.argv.slice(2);
const { manifest } = await startWhatsAppServer({
  host: "127.0.0.1",
  port: 0,
  graphVersion: "v26.0",
  phoneNumberId,
  accessToken,
  displayPhoneNumber,
  recorderPath,
});
console.log(manifest.baseUrl);
