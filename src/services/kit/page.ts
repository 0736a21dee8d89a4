export {
  type ClockName,
  type Page,
  type PageRequest,
  type TimeWindow,
  UnknownPosition,
} from "../../store/engine/read/page.ts";
