/** What the tests use of Adobe's SDK, which comes without types. */
declare module '@adobe/target-nodejs-sdk' {
  interface TargetRequest {
    request: Record<string, unknown>;
    sessionId?: string;
    /** The `mbox` cookie of an earlier answer. */
    targetCookie?: string;
    visitorCookie?: string;
    customerIds?: Record<string, unknown>;
  }
  interface TargetPlace {
    index: number;
    name: string;
    options?: { type: string; content: unknown; eventToken?: string; responseTokens?: Record<string, unknown> }[];
    metrics?: { type: string; eventToken: string }[];
    trace?: unknown;
  }
  interface TargetAnswer {
    targetCookie: { name: string; value: string; maxAge: number };
    targetLocationHintCookie?: { value: string };
    request: { requestId: string };
    response: {
      status: number;
      client: string;
      edgeHost?: string;
      id: { tntId: string; thirdPartyId?: string };
      execute?: { mboxes: TargetPlace[]; pageLoad?: TargetPlace };
      prefetch?: { mboxes: TargetPlace[]; views: TargetPlace[] };
      notifications?: { id: string }[];
    };
  }
  interface TargetAttributes {
    asObject(mbox: string): Record<string, unknown>;
  }
  interface Client {
    getOffers(options: TargetRequest): Promise<TargetAnswer>;
    sendNotifications(options: TargetRequest): Promise<TargetAnswer>;
    getAttributes(mboxes: string[], options?: Partial<TargetRequest>): Promise<TargetAttributes>;
  }
  const TargetClient: {
    create(options: {
      client: string;
      organizationId: string;
      serverDomain: string;
      secure: boolean;
      timeout?: number;
      telemetryEnabled?: boolean;
      propertyToken?: string;
      fetchApi?: typeof fetch;
    }): Client;
  };
  export default TargetClient;
}
