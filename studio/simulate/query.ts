import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type {
  SimulatedMailView,
  SimulatedPersonView,
  SimulationAsked,
  SimulationView,
} from '../../src/api/contract-simulation.ts';
import { ask } from '../api/client.ts';

const part = encodeURIComponent;
export const simulationPath = (id: string) => `/v1/simulations/${part(id)}`;
const isOver = (state: SimulationView['state'] | undefined) => state !== 'waiting' && state !== 'running';

export const simulations = queryOptions({
  queryKey: ['simulations'],
  queryFn: async () => (await ask<{ simulations: SimulationView[] }>('/v1/simulations')).simulations,
});

/** One simulation; asked again and again until it is over. */
export const simulation = (id: string) =>
  queryOptions({
    queryKey: ['simulations', id],
    queryFn: () => ask<SimulationView>(simulationPath(id)),
    refetchInterval: ({ state: { data } }) => (data && isOver(data.state) ? false : 700),
  });

export const begin = (asked: SimulationAsked) =>
  ask<SimulationView>('/v1/simulations', { method: 'POST', body: asked });

/** Which people of a simulation are looked at. */
export interface Whom {
  journey: string;
  activity?: string | undefined;
  reason?: string | undefined;
  text?: string | undefined;
}

export const peopleShown = 50;

export const simulatedPeople = (id: string, { journey, activity, reason, text }: Whom) => {
  const search = new URLSearchParams({ limit: String(peopleShown), journey });
  if (activity !== undefined) search.set('activity', activity);
  if (reason !== undefined) search.set('reason', reason);
  if (text !== undefined) search.set('text', text);
  return queryOptions({
    queryKey: ['simulations', id, 'people', search.toString()],
    queryFn: () => ask<{ people: SimulatedPersonView[]; count: number }>(`${simulationPath(id)}/people?${search}`),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
};

export const simulatedPerson = (id: string, no: number) =>
  queryOptions({
    queryKey: ['simulations', id, 'person', no],
    queryFn: () => ask<SimulatedPersonView>(`${simulationPath(id)}/people/${no}`),
    staleTime: Infinity,
  });

export const simulatedMail = (id: string, no: number) =>
  queryOptions({
    queryKey: ['simulations', id, 'mail', no],
    queryFn: () => ask<SimulatedMailView>(`${simulationPath(id)}/mails/${no}`),
    staleTime: Infinity,
  });

/** That person as a story; telling it takes the server a few seconds. */
export const storyOfPerson = (id: string, no: number) =>
  ask<Record<string, unknown>>(`${simulationPath(id)}/people/${no}/story`);
