import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A new data folder that goes when it is removed. PostgreSQL's own user may get into it: where root runs this, the cluster
 * would otherwise lie elsewhere on the machine and stay there.
 */
export function passingFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-bench-'));
  chmodSync(folder, 0o711);
  return folder;
}
