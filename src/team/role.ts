/** Who may do what. A role is a set of scopes as keys have them, and of rights that stand apart (trust.md §3.6). */
export const roles = ['owner', 'admin', 'marketer', 'analyst', 'developer', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** What is asked for apart from the scope, because it reaches many people or cannot be taken back. */
export const rights = ['team', 'export', 'lift', 'publish'] as const;
export type Right = (typeof rights)[number];

interface Allowed {
  /** As the doors name them; `*` is all. */
  scopes: readonly string[];
  rights: readonly Right[];
  /** Looks only. */
  reads?: true;
}

const allowed: Record<Role, Allowed> = {
  owner: { scopes: ['*'], rights },
  admin: { scopes: ['*'], rights },
  marketer: {
    scopes: ['read', 'people', 'items', 'journeys', 'messages', 'recommend', 'clock'],
    rights: ['export', 'publish'],
  },
  /** Numbers, nobody's name. */
  analyst: { scopes: ['read'], rights: [] },
  developer: {
    scopes: ['read', 'items', 'profiles', 'events', 'journeys', 'messages', 'recommend', 'settings', 'clock'],
    rights: [],
  },
  viewer: { scopes: ['read', 'people'], rights: [], reads: true },
};

/** What a door asks of who comes in. */
export interface Asked {
  scope: string;
  right?: Right;
  /** Nothing is changed by it. */
  reads: boolean;
}

/** May somebody of this role? If not, what is lacking, as words of one sentence. */
export function lacks(role: Role, { scope, right, reads }: Asked): string | null {
  const may = allowed[role];
  if (!may.scopes.includes('*') && !may.scopes.includes(scope)) return `the scope "${scope}"`;
  if (right !== undefined && !may.rights.includes(right)) return `the right "${right}"`;
  // What only looks has the scope "read" also where it is a POST, such as the check of a journey.
  return may.reads && !reads && scope !== 'read' ? 'the right to change anything' : null;
}

/** Scopes and rights of a role, for showing. */
export function allowedTo(role: Role): { scopes: string[]; rights: Right[]; reads: boolean } {
  const may = allowed[role];
  return { scopes: [...may.scopes], rights: [...may.rights], reads: may.reads === true };
}

/** May `by` give, change or take away this role? Only owners make and unmake owners. */
export function mayManage(by: Role, role: Role): boolean {
  return by === 'owner' || (by === 'admin' && role !== 'owner');
}

export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}
