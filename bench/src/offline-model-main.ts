// The offline model as a process of its own, so that its work is nobody else's. First argument: tokens a second.
import { startOfflineModel } from '@aura/offline-model';

const model = await startOfflineModel({ tokensPerSecond: Number(process.argv[2] ?? 0) });
console.log(model.url);
