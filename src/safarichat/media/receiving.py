"""A file in a form, as Django reads it: straight into a spool. What goes wrong is told by the view, not by the parser,
which runs before it is known who asks."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from safarichat.ground.spooling import CHUNK, NoRoom, Spool, TooLarge
from safarichat.media import places


class SpooledUpload(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs only
    """`problem` is NoRoom or TooLarge when it could not be taken."""

    def __init__(self, spool: Spool | None, name: str | None, problem: Exception | None) -> None:
        super().__init__(spool.file if spool else None, name, size=spool.size if spool else 0)
        self.spool, self.problem = spool, problem

    def close(self) -> None:
        if self.spool:
            self.spool.close()


class Spooling(FileUploadHandler):
    chunk_size = CHUNK

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.spool: Spool | None = None
        self.problem: Exception | None = None
        try:
            self.spool = places.spool()
        except NoRoom as problem:
            self.problem = problem

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.spool is None or self.problem:
            return
        try:
            self.spool.write(raw_data)
        except (NoRoom, TooLarge) as problem:
            self.problem = problem

    def file_complete(self, file_size: int) -> SpooledUpload:
        if self.spool:
            self.spool.file.seek(0)
        return SpooledUpload(self.spool, self.file_name, self.problem)

    def upload_interrupted(self) -> None:
        if spool := getattr(self, "spool", None):
            spool.close()
