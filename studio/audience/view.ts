/** An audience as `GET /v1/audiences` shows it. */
export interface AudienceView {
  key: string;
  name: string;
  /** In the one language; null for a list. */
  rule: string | null;
  /** How many are in it now. */
  size: number;
  createdAt: string;
  updatedAt: string;
  /** When the membership of this rule was first whole; null while it is being worked out. */
  builtAt: string | null;
  /** What is being worked out over everybody; null when nothing is. */
  build: { step: string; done: number; of: number } | null;
}

export interface AudienceMember {
  id: string;
  email: string | null;
  name: string | null;
  lastSeenAt: string;
  since: string | null;
}

export interface AudiencePreview {
  size: number;
  /** False when it was estimated. */
  exact: boolean;
  sample: AudienceMember[];
}
