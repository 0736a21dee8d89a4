import {
  AliasNode,
  ColumnNode,
  IdentifierNode,
  type KyselyPlugin,
  type OperationNode,
  OperationNodeTransformer,
  type QueryId,
  ReferenceNode,
  SelectAllNode,
  SelectionNode,
  type SelectQueryNode,
  TableNode,
} from "kysely";
import { knownColumns } from "./columns.ts";

/**
 * `selectAll` means all columns that this version knows, each by its name. `select *` would mean other rows as soon as a newer
 * version, beside which this one still runs, adds a column: PostgreSQL refuses what was prepared before.
 */
export const namedColumns: KyselyPlugin = {
  transformQuery: ({ node, queryId }) => naming.transformNode(node, queryId),
  transformResult: async ({ result }) => result,
};

class NamingTransformer extends OperationNodeTransformer {
  protected override transformSelectQuery(node: SelectQueryNode, queryId?: QueryId): SelectQueryNode {
    const transformed = super.transformSelectQuery(node, queryId);
    const { selections } = transformed;
    if (selections === undefined) return transformed;
    const sources = sourcesOf(transformed);
    return { ...transformed, selections: selections.flatMap((selection) => named(selection, sources)) };
  }
}

const naming = new NamingTransformer();

/** What a query reads from: the names it has there, and those of the tables; `undefined` is a query of its own. */
type Sources = ReadonlyMap<string, string | undefined>;

function sourcesOf({ from, joins = [] }: SelectQueryNode): Sources {
  const nodes = [...(from?.froms ?? []), ...joins.map(({ table }) => table)];
  return new Map(
    nodes.map((node) => [nameOf(node), AliasNode.is(node) ? tableIn(node.node) : tableIn(node)]),
  );
}

function nameOf(node: OperationNode): string {
  if (!AliasNode.is(node)) return tableIn(node) ?? "";
  return IdentifierNode.is(node.alias) ? node.alias.name : "";
}

function tableIn(node: OperationNode): string | undefined {
  return TableNode.is(node) ? node.table.identifier.name : undefined;
}

/** The columns that a selection stands for; itself, where it is no table of ours. */
function named(selection: SelectionNode, sources: Sources): readonly SelectionNode[] {
  const { selection: selected } = selection;
  const isAll = SelectAllNode.is(selected);
  if (!isAll && !(ReferenceNode.is(selected) && SelectAllNode.is(selected.column))) return [selection];
  const names = isAll ? [...sources.keys()] : [nameOf((selected as ReferenceNode).table as TableNode)];
  const columns = names.map((name) => ({ name, columns: knownColumns.get(sources.get(name) ?? "") }));
  if (columns.some((source) => source.columns === undefined)) return [selection];
  return columns.flatMap(({ name, columns = [] }) =>
    columns.map((column) =>
      SelectionNode.create(ReferenceNode.create(ColumnNode.create(column), TableNode.create(name))),
    ),
  );
}
