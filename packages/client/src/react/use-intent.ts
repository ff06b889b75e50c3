import { useCallback, useRef } from 'react';
import { newClientId } from '../client-id.ts';

/**
 * Calls `act` with a clientId that stays the same as long as the same is wanted, until it succeeds: trying again after a
 * failure cannot act twice.
 */
export function useIntent(): <I, O>(
  wanted: I,
  act: (input: I & { clientId: string }) => Promise<O>,
) => Promise<O> {
  const lastTry = useRef<{ wanted: string; clientId: string } | null>(null);
  return useCallback(async (wanted, act) => {
    const key = JSON.stringify(wanted);
    if (lastTry.current?.wanted !== key) lastTry.current = { wanted: key, clientId: newClientId() };
    const { clientId } = lastTry.current;
    const result = await act({ ...wanted, clientId });
    lastTry.current = null;
    return result;
  }, []);
}
