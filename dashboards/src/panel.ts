import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';

/** The data source that the dashboard's first variable names. */
export const DATA_SOURCE = { type: 'prometheus', uid: '$datasource' };

/** One line of a panel. */
export interface Query {
  /** PromQL with $__rate_interval and the dashboard's variables. */
  readonly expr: string;
  /** Name of its series, with {{labels}}. */
  readonly legend: string;
}

/** Grafana's names of units. */
export type Unit = 'short' | 's' | 'bytes' | 'Bps' | 'percentunit' | 'dtdurations' | 'none';

/** A panel as we say it; what it looks like is decided here for all of them. */
export interface PanelSpec {
  readonly kind: 'stat' | 'time' | 'bars';
  readonly title: string;
  /** What it shows and what to think of it. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** From this value on it is yellow, or red. */
  readonly warn?: number;
  readonly bad?: number;
  /** It is bad below `bad` instead. */
  readonly below?: true;
  readonly stacked?: true;
  /** Shows the name of the series, not its value. */
  readonly text?: true;
}

/** Columns of Grafana's grid. */
const COLUMNS = 24;
const STAT_HEIGHT = 4;
const GRAPH_HEIGHT = 8;

/** A panel, one of `beside` in a row. */
export function panel(spec: PanelSpec, beside: number): Builder<Panel> {
  const build = { stat, time: timeSeries, bars }[spec.kind];
  const height = spec.kind === 'stat' ? STAT_HEIGHT : GRAPH_HEIGHT;
  return build(spec)
    .title(spec.title)
    .description(spec.description)
    .datasource(DATA_SOURCE)
    .unit(spec.unit)
    .height(height)
    .span(Math.floor(COLUMNS / beside))
    .thresholds(thresholds(spec))
    .targets(spec.queries.map((query, index) => target(query, index, spec.kind === 'time')));
}

function stat({ text }: PanelSpec): Stat {
  return new Stat()
    .graphMode(text ? BigValueGraphMode.None : BigValueGraphMode.Area)
    .colorMode(BigValueColorMode.Value)
    .textMode(text ? BigValueTextMode.Name : BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .noValue('–');
}

function timeSeries({ stacked }: PanelSpec): TimeSeries {
  const series = new TimeSeries()
    .lineWidth(1)
    .fillOpacity(stacked ? 40 : 0)
    .showPoints(VisibilityMode.Never)
    .axisSoftMin(0)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
  return stacked ? series.stacking(new StackingConfigBuilder().mode(StackingMode.Normal)) : series;
}

function bars(): BarGauge {
  return new BarGauge()
    .orientation(VizOrientation.Horizontal)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .min(0);
}

function target({ expr, legend }: Query, index: number, range: boolean): Builder<Dataquery> {
  const query = new DataqueryBuilder()
    .refId(String.fromCharCode('A'.charCodeAt(0) + index))
    .expr(expr)
    .legendFormat(legend);
  return range ? query.range() : query;
}

function thresholds({ warn, bad, below }: PanelSpec): ThresholdsConfigBuilder {
  const steps: Threshold[] = [{ value: null, color: below ? 'red' : 'green' }];
  if (below) steps.push({ value: bad!, color: 'green' });
  else {
    if (warn !== undefined) steps.push({ value: warn, color: 'yellow' });
    if (bad !== undefined) steps.push({ value: bad, color: 'red' });
  }
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}
