// The parts of ECharts that are used, and no more: the rest never reaches the browser.

import { CustomChart, LineChart, ScatterChart } from "echarts/charts";
import {
  GraphicComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from "echarts/components";
import { init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

register([
  LineChart,
  ScatterChart,
  CustomChart,
  GridComponent,
  TooltipComponent,
  MarkAreaComponent,
  MarkLineComponent,
  GraphicComponent,
  SVGRenderer,
]);

export { init };
export type { EChartsType } from "echarts/core";
export type { EChartsCoreOption as Option } from "echarts/core";
