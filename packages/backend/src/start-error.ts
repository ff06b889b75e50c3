/** Why a backend cannot start, where the operator can mend it: said in whole, without a stack and without secrets. */
export class StartError extends Error {
  override name = 'StartError';
}
