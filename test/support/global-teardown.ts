import { stopSharedPostgres } from "./postgres.ts";

export default stopSharedPostgres;
