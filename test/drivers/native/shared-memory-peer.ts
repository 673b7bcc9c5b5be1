// The other process of shared-memory.test.ts: reads three samples and answers with their negatives.
import { mapSharedMemory } from '../../../drivers/native/shared-memory.ts'
import { pcmFileBytes, pcmPath } from '../../../drivers/pcm-ring.ts'

const ours = mapSharedMemory(process.argv[2]!, pcmFileBytes)
const path = pcmPath(ours.memory, ours.byteOffset)
const samples = new Int16Array(3)
if (path.playback.read(samples) !== 3) process.exit(1)
for (let i = 0; i < samples.length; i++) samples[i] = -samples[i]!
path.capture.write(samples)
ours.unmap()
