/** One side of a benchmark: brought up, run several times, taken down. */
export interface Side {
  /** One measured run; gives the figure in the benchmark's unit. */
  run(): Promise<number>;
  /** Where memory is measured too: how many bytes a run took at most. */
  readonly peakMemory?: () => number;
  /** Microseconds of CPU that the last run took: of the server, where that is a process of its own. */
  readonly cpu?: () => number | undefined;
  /** Where bytes are measured too: how many the last run wrote, in the benchmark's own measure. */
  readonly bytes?: () => number;
  /** Where a run is of several things: the figure of each in the last run. */
  readonly parts?: () => Readonly<Record<string, number>>;
  /** Where it is watched how long the serving thread was held: milliseconds at most, over all runs. */
  readonly held?: () => number;
  close(): Promise<void>;
}

export interface BenchmarkOptions {
  /** Fewer and shorter runs: whether it works, not how fast it is. */
  readonly quick: boolean;
}

/** Ours and what it is held against, measured in turn so that a machine that drifts slows both. */
export interface Benchmark {
  readonly name: string;
  readonly unit: string;
  /** Of one run: events, requests or rows. */
  readonly n: (options: BenchmarkOptions) => number;
  /** Of one that takes long: how many runs are enough. */
  readonly runs?: number;
  /** Whether what it is held against is here. */
  readonly isInstalled?: () => boolean;
  ours(options: BenchmarkOptions): Promise<Side>;
  baseline(options: BenchmarkOptions): Promise<Side>;
}

/**
 * One line of `npm run bench -- --json`; `value` and `baseline` are medians, `ratio` is the median of the pairs' ratios, which
 * were between `ratio_low` and `ratio_high`.
 */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number;
  readonly ratio: number;
  readonly ratio_low: number;
  readonly ratio_high: number;
  readonly n: number;
  readonly runs: number;
  /** Megabytes that a run of ours took at most, where that is measured. */
  readonly peak_memory_mb?: number;
  /**
   * The CPU in microseconds for one of `n`, and how many times the baseline's: what else this machine does is not in it, nor is the
   * load generator where the server is a process of its own.
   */
  readonly cpu?: number;
  readonly cpu_ratio?: number;
  /** Bytes that ours wrote, and how many times the baseline's, where that is measured. */
  readonly bytes?: number;
  readonly bytes_ratio?: number;
  /** Of each of several things, in the last run: ours, and what it is held against. */
  readonly parts?: Readonly<Record<string, readonly [ours: number, baseline: number]>>;
  /** Milliseconds for which ours held its serving thread at most. */
  readonly held_ms?: number;
}

/** A line of what could not be measured. */
export interface NotInstalled extends Pick<Figure, "name" | "unit"> {
  readonly value: "not_installed";
}

/** Runs both sides in turn, after one run of each that is not counted. */
export async function measure(benchmark: Benchmark, options: BenchmarkOptions): Promise<Figure> {
  const runs = options.quick ? 1 : (benchmark.runs ?? 5);
  const [ours, baseline] = [await benchmark.ours(options), await benchmark.baseline(options)];
  try {
    if (!options.quick) await inTurn(ours, baseline);
    const pairs: Pair[] = [];
    for (let run = 0; run < runs; run++) pairs.push(await inTurn(ours, baseline));
    const ratios = pairs.map((pair) => pair.ours / pair.baseline);
    return {
      name: benchmark.name,
      value: rounded(median(pairs.map((pair) => pair.ours))),
      unit: benchmark.unit,
      baseline: rounded(median(pairs.map((pair) => pair.baseline))),
      ratio: rounded(median(ratios)),
      ratio_low: rounded(Math.min(...ratios)),
      ratio_high: rounded(Math.max(...ratios)),
      n: benchmark.n(options),
      runs,
      ...(ours.peakMemory === undefined ? {} : { peak_memory_mb: rounded(ours.peakMemory() / 2 ** 20) }),
      ...cpuOf(pairs, benchmark.n(options)),
      ...writtenBy(ours, baseline),
      ...partsOf(ours, baseline),
      ...(ours.held === undefined ? {} : { held_ms: rounded(ours.held()) }),
    };
  } finally {
    await ours.close();
    await baseline.close();
  }
}

function writtenBy(ours: Side, baseline: Side): Pick<Figure, "bytes" | "bytes_ratio"> {
  if (ours.bytes === undefined || baseline.bytes === undefined) return {};
  return { bytes: rounded(ours.bytes()), bytes_ratio: rounded(ours.bytes() / baseline.bytes()) };
}

function partsOf(ours: Side, baseline: Side): Pick<Figure, "parts"> {
  const held = baseline.parts?.() ?? {};
  const parts = Object.entries(ours.parts?.() ?? {});
  if (parts.length === 0) return {};
  return {
    parts: Object.fromEntries(
      parts.map(([name, value]) => [name, [rounded(value), rounded(held[name] ?? Number.NaN)]]),
    ),
  };
}

/** What one run of each gave, and the CPU that it took. */
interface Pair {
  readonly ours: number;
  readonly baseline: number;
  readonly cpu: { readonly ours: number | undefined; readonly baseline: number | undefined };
}

async function inTurn(ours: Side, baseline: Side): Promise<Pair> {
  const pair = { ours: await ours.run(), baseline: await baseline.run() };
  return { ...pair, cpu: { ours: ours.cpu?.(), baseline: baseline.cpu?.() } };
}

function cpuOf(pairs: readonly Pair[], n: number): Pick<Figure, "cpu" | "cpu_ratio"> {
  const counted = pairs.flatMap(({ cpu: { ours, baseline } }) =>
    ours === undefined || baseline === undefined ? [] : [{ ours, baseline }],
  );
  if (counted.length < pairs.length) return {};
  return {
    cpu: rounded(median(counted.map(({ ours }) => ours)) / n),
    cpu_ratio: rounded(median(counted.map(({ ours, baseline }) => ours / baseline))),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[middle]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

const rounded = (value: number): number => Number(value.toPrecision(4));
