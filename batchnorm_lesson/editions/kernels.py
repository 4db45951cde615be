"""The app's kernels: one more than there are visitors has started already, so that a page need not wait for its own."""
import asyncio
import os

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

LATER = 4  # seconds after a visitor's kernel was asked for: until then the page needs the processor itself


class SpareKernelManager(AsyncMappingKernelManager):
    """Whoever asks for a kernel gets the spare one, and the next is started when no page is loading.

    Voila's own pool runs whole lessons in advance, for every lesson one kernel, and its pages then stay empty until all
    of it has come. Source: Jupyter Server's ``MappingKernelManager``; Voila's ``multi_kernel_manager_class``.
    """

    _spare = _timer = None

    async def start_kernel(self, **options):
        """The id of the spare kernel if there is one, else of a new one."""
        spare, self._spare = self._spare, None
        if self._timer:
            self._timer.cancel()
        later = {**options, "env": dict(os.environ)}  # of this visitor's request the next one's kernel knows nothing
        self._timer = asyncio.get_running_loop().call_later(LATER, lambda: asyncio.ensure_future(self._prepare(later)))
        return spare if spare in self else await super().start_kernel(**options)

    async def _prepare(self, options):
        self._spare = await super().start_kernel(**options)

    async def cull_kernel_if_idle(self, kernel_id):
        """The spare kernel has nothing to do, and stays."""
        if kernel_id != self._spare:
            await super().cull_kernel_if_idle(kernel_id)
