import type { ComponentChildren } from "preact";
import { maximum, minimum } from "../domain/money.ts";

/** Round numbers from 0 or below to what is largest: 1, 2 or 5 times a power of ten apart, about `wanted` of them. */
export function ticksOf(lowest: bigint, largest: bigint, wanted = 4): bigint[] {
  const [low, high] = [lowest < 0n ? lowest : 0n, largest > 0n ? largest : 0n];
  if (low === high) return [0n];
  const step = stepOf((high - low) / BigInt(wanted));
  const ticks: bigint[] = [];
  for (let at = floorTo(low, step); ; at += step) {
    ticks.push(at);
    if (at >= high) return ticks;
  }
}

/** The least of 1, 2, 5, 10, 20 … that is not below. */
function stepOf(rough: bigint): bigint {
  let power = 1n;
  while (power * 10n <= rough) power *= 10n;
  return [1n, 2n, 5n, 10n].map((digit) => digit * power).find((step) => step >= rough) ?? power * 10n;
}

const floorTo = (value: bigint, step: bigint): bigint => {
  const rest = value % step;
  return value - (rest < 0n ? rest + step : rest);
};

const [width, height, left, bottom] = [480, 150, 70, 18];

export interface Point {
  /** As a person reads it. */
  readonly at: string;
  readonly value: bigint;
}

interface ChartProps {
  readonly id: string;
  readonly title: string;
  readonly points: readonly Point[];
  readonly format: (amount: bigint) => string;
  /** The table that it is drawn from. */
  readonly children: ComponentChildren;
}

/** One bar for each point, up for what came and down for what went. */
export function BarChart({ points, ...props }: ChartProps) {
  const { y, room, ticks } = scaleOf(points);
  const bars = points.map(({ at, value }, index) => {
    const [zero, end] = [y(0n), y(value)];
    return value === 0n ? null : (
      <rect
        key={at}
        class={value < 0n ? "went" : "came"}
        x={fixed(left + index * room + room * 0.15)}
        width={fixed(room * 0.7)}
        y={fixed(Math.min(zero, end))}
        height={fixed(Math.max(Math.abs(zero - end), 1))}
      />
    );
  });
  return <Drawn {...props} points={points} y={y} ticks={ticks} drawing={bars} />;
}

/** A line that stays where it is until the next point: what a balance does. */
export function StepChart({ points, ...props }: ChartProps) {
  const { y, room, ticks } = scaleOf(points);
  const steps = points.map(({ value }, index) => {
    const x = left + index * room;
    return `${index === 0 ? `M${fixed(x)} ${fixed(y(value))}` : `V${fixed(y(value))}`}H${fixed(x + room)}`;
  });
  const line = <path class="steps" d={steps.join("")} fill="none" />;
  return <Drawn {...props} points={points} y={y} ticks={ticks} drawing={line} />;
}

function scaleOf(points: readonly Point[]) {
  const values = points.map(({ value }) => value);
  const ticks = ticksOf(values.reduce(minimum, 0n), values.reduce(maximum, 0n));
  const [low, high] = [ticks[0] ?? 0n, ticks.at(-1) ?? 0n];
  const span = high === low ? 1n : high - low;
  // In thousandths of the height: amounts are exact until here, and nothing finer is drawn.
  const y = (value: bigint) =>
    6 + (height - bottom - 6) * (1 - Number(((value - low) * 1000n) / span) / 1000);
  return { y, room: (width - left) / Math.max(points.length, 1), ticks };
}

interface DrawnProps extends ChartProps {
  readonly y: (value: bigint) => number;
  readonly ticks: readonly bigint[];
  readonly drawing: ComponentChildren;
}

function Drawn({ id, title, points, format, y, ticks, drawing, children }: DrawnProps) {
  const [first, last] = [points[0]?.at, points.at(-1)?.at];
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <svg role="img" aria-labelledby={`${id}-title`} viewBox={`0 0 ${width} ${height}`}>
        <title id={`${id}-title`}>{title}</title>
        {ticks.map((tick) => (
          <g key={tick.toString()}>
            <line
              class={tick === 0n ? "zero" : "grid"}
              x1={left}
              x2={width}
              y1={fixed(y(tick))}
              y2={fixed(y(tick))}
            />
            <text x={left - 6} y={fixed(y(tick) + 4)} text-anchor="end">
              {format(tick)}
            </text>
          </g>
        ))}
        {drawing}
        <text x={left} y={height - 2}>
          {first}
        </text>
        {last === first ? null : (
          <text x={width} y={height - 2} text-anchor="end">
            {last}
          </text>
        )}
      </svg>
      <details>
        <summary>As a table</summary>
        {children}
      </details>
    </figure>
  );
}

const fixed = (value: number): number => Math.round(value * 10) / 10;
