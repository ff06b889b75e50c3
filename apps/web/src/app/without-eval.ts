import { config } from 'zod';

// The content security policy forbids code from strings. Zod would try it once, be refused and leave an error in the
// console. Must be imported before any schema.
config({ jitless: true });
