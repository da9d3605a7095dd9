// By which channels somebody can be written to who has not written.
import { isStopped } from "../../../data/reference";
import type { Channel } from "../../../api/types";

/** On a web chat the visitor is the first. A number of WhatsApp Web wants its phone; what waits at one of the Cloud API goes out once that is mended. */
export const canBegin = (c: Channel): boolean => c.type === "whatsapp" || c.type === "playground" || (c.type === "web-whatsapp" && !isStopped(c));

/** Whether only a template can be the first message: the 24 hours of whoever never wrote have not begun. */
export const needsTemplate = (c: Channel | undefined): boolean => c?.type === "whatsapp" || c?.type === "playground";
