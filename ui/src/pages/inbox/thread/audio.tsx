import { For, createSignal, onCleanup } from "solid-js";
import { t } from "../../../i18n";
import { IconButton } from "../../../parts/button";
import { PauseIcon, PlayIcon } from "../../../parts/icons";
import { tell } from "../../../parts/toast";
import s from "./audio.module.css";

const SPEEDS = [1, 1.5, 2] as const;
// One voice at a time.
let playing: HTMLAudioElement | undefined;

export function AudioPlayer(props: { src: string; voice: boolean }) {
  let audio!: HTMLAudioElement;
  const [on, setOn] = createSignal(false);
  const [at, setAt] = createSignal(0);
  const [length, setLength] = createSignal(0);
  const [speed, setSpeed] = createSignal<(typeof SPEEDS)[number]>(1);
  onCleanup(() => audio.pause());

  const toggle = () => {
    if (on()) return audio.pause();
    if (playing && playing !== audio) playing.pause();
    playing = audio;
    audio.playbackRate = speed();
    audio.play().catch(() => tell(t("inbox.cannot_play")));
  };
  const time = (seconds: number) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  return (
    <div class={s.player}>
      <audio
        ref={audio}
        src={props.src}
        preload="metadata"
        onPlay={() => setOn(true)}
        onPause={() => setOn(false)}
        onTimeUpdate={() => setAt(audio.currentTime)}
        onLoadedMetadata={() => Number.isFinite(audio.duration) && setLength(audio.duration)}
        onDurationChange={() => Number.isFinite(audio.duration) && setLength(audio.duration)}
      />
      <IconButton label={on() ? t("inbox.pause") : t("inbox.play")} onClick={toggle}>
        {on() ? <PauseIcon /> : <PlayIcon />}
      </IconButton>
      <input
        type="range"
        min="0"
        max={length() || 1}
        step="0.1"
        value={at()}
        aria-label={t("inbox.position")}
        onInput={(e) => (audio.currentTime = Number(e.currentTarget.value))}
      />
      <span class={s.time}>{time(on() || at() > 0 ? at() : length())}</span>
      <select
        class={s.speed}
        aria-label={t("inbox.speed")}
        onChange={(e) => {
          const value = SPEEDS[e.currentTarget.selectedIndex] ?? 1;
          setSpeed(value);
          audio.playbackRate = value;
        }}
      >
        <For each={SPEEDS}>{(x) => <option selected={x === speed()}>{x}×</option>}</For>
      </select>
    </div>
  );
}
