/** A column of text; the second and later ones are flush right. */
export interface Column<Row> {
  title: string;
  /** Undefined where the row has nothing to say. */
  cell(row: Row): string | undefined;
  left?: boolean;
}

/**
 * Rows as aligned text, one line each below a line of titles; columns in which no row says anything are left out. Widths are in
 * code points, which is what terminals show of the scripts that are used here.
 */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const filled = columns
    .map(({ title, cell, left }) => ({ title, left, cells: rows.map((row) => cell(row) ?? '') }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const columnsOfText = filled.map(({ title, left, cells }) => {
    const all = [title, ...cells];
    const width = Math.max(...all.map((text) => [...text].length));
    const fill = (text: string) => ' '.repeat(width - [...text].length);
    return all.map((text) => (left ? text + fill(text) : fill(text) + text));
  });
  return ['titles', ...rows]
    .map((_, line) =>
      columnsOfText
        .map((column) => column[line])
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
