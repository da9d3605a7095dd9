// A small line of counts, one a day; what it says is said in words too.
import { number } from "../../i18n/format";
import s from "./api.module.css";

export function Spark(props: { values: readonly number[]; label: string }) {
  const most = () => Math.max(1, ...props.values);
  const step = () => 100 / Math.max(1, props.values.length - 1);
  const points = () => props.values.map((v, i) => `${(i * step()).toFixed(2)},${(22 - (v / most()) * 20).toFixed(2)}`);
  return (
    <svg class={s.spark} viewBox="0 0 100 24" preserveAspectRatio="none" role="img" aria-label={`${props.label}: ${props.values.map(number).join(", ")}`}>
      <polygon class={s.area} points={`0,24 ${points().join(" ")} 100,24`} />
      <polyline class={s.curve} points={points().join(" ")} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
