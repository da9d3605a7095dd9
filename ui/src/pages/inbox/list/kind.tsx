import { Show, type JSX } from "solid-js";
import { ContactIcon, FileIcon, ImageIcon, MapPinIcon, MicIcon, NoteIcon, SmileIcon, VideoIcon } from "../../../parts/icons";

const ICONS: Record<string, () => JSX.Element> = {
  image: () => <ImageIcon size={14} />,
  video: () => <VideoIcon size={14} />,
  audio: () => <MicIcon size={14} />,
  document: () => <FileIcon size={14} />,
  sticker: () => <SmileIcon size={14} />,
  location: () => <MapPinIcon size={14} />,
  contacts: () => <ContactIcon size={14} />,
};

/** What kind of message a line of the list is about, where it is more than text. */
export function KindIcon(props: { type: string; note: boolean }) {
  return <Show when={props.note} fallback={ICONS[props.type]?.()}><NoteIcon size={14} /></Show>;
}
