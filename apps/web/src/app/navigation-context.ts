import { createContext, useContext } from 'react';

export interface Navigation {
  /** True where the list of conversations does not fit beside the page and opens as a drawer. */
  isNarrow: boolean;
  open: () => void;
}

export const NavigationContext = createContext<Navigation>({ isNarrow: false, open: () => undefined });

export function useNavigation(): Navigation {
  return useContext(NavigationContext);
}
