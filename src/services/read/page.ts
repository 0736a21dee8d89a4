export {
  type ClockName,
  type Page,
  type PageRequest,
  type TimeWindow,
  UnknownPosition,
} from "../../store/read/page.ts";
