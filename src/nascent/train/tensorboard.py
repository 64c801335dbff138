"""The history of a training run for TensorBoard."""

import time
from pathlib import Path
from typing import Any

from nascent.errors import TrainError
from nascent.train.checkpoint import Epoch, Progress


class Board:
    """The scalars of each epoch in a folder that TensorBoard shows.

    Parameters
    ----------
    folder
        Where the event file lies, alone.

    Raises
    ------
    TrainError
        Where the package `tensorboard` is missing.
    """

    def __init__(self, folder: str | Path) -> None:
        try:
            from tensorboard.summary.writer.event_file_writer import EventFileWriter
        except ImportError as error:
            raise TrainError(
                "the package tensorboard is not installed",
                where="tensorboard",
                mend="Install nascent[tensorboard], or set the model's tensorboard to false.",
            ) from error
        self._folder, self._open = Path(folder), EventFileWriter
        self._writer: Any = None

    def start(self, progress: Progress) -> None:
        """Begin a run, or go on with one: the folder then holds its epochs so far, each once."""
        self.close()
        for stale in self._folder.glob("events.out.tfevents.*"):
            stale.unlink()
        self._writer = self._open(str(self._folder))
        for epoch in progress.history:
            self.add(epoch)

    def add(self, epoch: Epoch) -> None:
        """Write the scalars of an epoch."""
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        scalars = {name: value for name, value in epoch.row().items() if name != "epoch"}
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in scalars.items()]
        event = Event(wall_time=time.time(), step=epoch.epoch, summary=Summary(value=values))
        self._writer.add_event(event)
        self._writer.flush()

    def close(self) -> None:
        """Close the event file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
