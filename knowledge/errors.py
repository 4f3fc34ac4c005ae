"""What can go wrong, as one small tree.

    SaseoError
    ├── InvalidInput            what a person gave can't be used
    │   ├── InvalidScope
    │   ├── InvalidFolder
    │   └── InvalidCorpus       an evaluation corpus
    ├── Unreadable              one document can't be read (the run goes on)
    ├── NotFetched              a page of the web can't be fetched
    ├── PartlyRead              one document was read, but not all of it
    ├── RemovalWithheld         too many files are gone at once to believe it
    ├── MissingDependency       an optional package isn't installed
    ├── ModelUnavailable        an embedding or language model can't be had
    ├── GenerationFailed        a language model gave no whole answer
    ├── IndexUnavailable        the index can't be searched
    ├── IndexDamaged            the index's files can't be read (it can be rebuilt)
    ├── CatalogDamaged          the catalog's file can't be read
    ├── StorageFull             the disk is full
    ├── ChatUnavailable         a chat platform can't be reached, or refuses
    ├── BackupFailed            a backup can't be written, or can't be used
    ├── AddressUnavailable      an address to listen at can't be had
    └── AlreadyRunning          another process owns the data folder

An error carries the key of its sentence in the message catalogue (`messages/`) and the sentence's
parameters; `messages.text(error.key, language, **error.parameters)` is what a person reads.
"""

from __future__ import annotations

import re


class SaseoError(Exception):
    """The root: something a person can be told. Keyword arguments are the sentence's parameters."""

    def __init__(self, **parameters: object) -> None:
        self.parameters = parameters
        super().__init__(", ".join(f"{name}={value}" for name, value in parameters.items()))

    @property
    def key(self) -> str:
        """The message's key.

        The class name in kebab case (`InvalidScope` is `error-invalid-scope`), and after it the parameter
        `reason` where there is one (`Unreadable(reason="binary")` is `error-unreadable-binary`).
        """
        name = "error" + re.sub(r"([A-Z])", lambda m: "-" + m[1].lower(), type(self).__name__)
        reason = self.parameters.get("reason")
        return f"{name}-{reason}" if reason else name


class InvalidInput(SaseoError):
    """What a person gave can't be used.

    Parameters: detail, reason (`store`: there is no such store of the index, or it is in use already;
    `message`: a language model can't be given what isn't text), store, kind (of the message).
    """


class InvalidScope(InvalidInput):
    """Parameters: scope."""


class InvalidFolder(InvalidInput):
    """A shared folder can't be used.

    Parameters: path, reason (`missing`, `not_a_folder`, `unreadable`, `stalled`: it doesn't answer,
    `options`, `unknown_option`), detail.
    """


class InvalidCorpus(InvalidInput):
    """Parameters: path, detail."""


class Unreadable(SaseoError):
    """One document can't be read.

    Parameters: reason (`unsupported`, `too_large`, `empty`, `binary`, `encoding`, `permission`, `vanished`,
    `changing`, `stalled`: its disk doesn't answer, `broken_link`, `link_loop`, `link`, `link_private`: one to
    what no document may be, `duplicate_name`, `unexpected`, `io`, `malformed`, and of the process that reads
    it `too_complex`, `timed_out`, `crashed`; `encrypted`, `distribution`: a Hangul document whose text is
    locked away, `needs_ocr`: pages that are pictures, `too_deep`: an archive in too many others,
    `not_installed`: the package that reads it), detail.
    """


class NotFetched(SaseoError):
    """A page of the web may not be, or can't be, fetched.

    Parameters: reason (`off`: nothing may be, `scheme`, `credentials`: a name or password in the URL, `host`,
    `port`: the operator didn't name it, `address`: it leads to a network that wasn't named, `resolve`: the
    host has no address, `redirects`: too many, `robots`: the site doesn't want it, `gone`, `denied`: it wants
    a login, `status`: any other, `type`: no document, `too_large`, `packed`: compressed without being asked
    to be, `timed_out`, `unreachable`, `tls`: the certificate isn't good, `broken`: no HTTP, `malformed`: no
    URL, `unreadable`: there is no text in it any more), host, detail.
    """


class PartlyRead(SaseoError):
    """A document was read, but not all of it.

    Parameters: reason (`needs_ocr`, `damaged_pages`, `damaged_sections`, `inside`, `too_deep`,
    `hidden_sheets`, `wide_sheets`, `formatted`), detail: as of `knowledge.types.Omission`.
    """


class RemovalWithheld(SaseoError):
    """Files are missing, and nothing is forgotten.

    Parameters: path (of the folder), reason (`gone`: the folder isn't there, `emptied`: no file is left,
    `many`: most are missing), missing, known (counts of documents).
    """


class MissingDependency(SaseoError):
    """Parameters: package, command (what installs it)."""


class ModelUnavailable(SaseoError):
    """A model can't be loaded or fetched.

    Parameters: model, reason (`not_downloaded`: the one of the settings, `not_here`: another one,
    `unknown`: no model of that name, `damaged`, `unsupported`, `device`, `unreadable`, `not_gguf`,
    `truncated`: the file is shorter than it says, `not_generating`: an embedding model or an adapter,
    `part`: one of several files, `not_embedding`: no Sentence Transformers model, `other_sum`: not the
    file that is known under this name, `other_there`: the name is taken; and of a language model's
    process `build`: llama.cpp was built for another processor, `died` as it was being started, `crashed`
    later, `slow`, `crash_loop`, `address`: nothing can listen there, `unexpected`, ...), detail.
    """


class GenerationFailed(SaseoError):
    """A language model gave no whole answer.

    Parameters: reason (`busy`: too many questions wait, `too_long`: the prompt doesn't fit, `crashed`: its
    process ended, `hung`: it gave no sign of life, `not_ready`: it is being started or has failed too often,
    `unreachable`, `denied`, `rate_limited`, `cut`: the stream ended early, `invalid`: what it sent makes no
    sense, `refused`: the server said no, `empty`: it wrote nothing, `language`: it wrote in another
    language than the answer's, `instructions`: it repeated what it was told to do, `deadline`: its time was
    over before it began to write), model, detail.
    """


class IndexUnavailable(SaseoError):
    """The index can't be searched or written right now.

    Parameters: detail; of a server also reason (`down`: it can't be reached, `timeout`, `denied`: it refuses
    the user or token, `tls`: no safe connection can be made, `database`: it has no such one, `version`: it is
    too old, `full`: it has no room, `missing`: nothing of ours is there, `foreign`: the collection is another
    program's, `taken`: it is another catalog's, `dimension`: its vectors are another model's, `value`: we
    won't send such a value, `refused`: it said no), address, collection, version, found, wanted; of the
    catalog's server `catalog_down`, `catalog_denied`, `catalog_database` and `catalog_encoding`.
    """


class IndexDamaged(SaseoError):
    """Parameters: path, detail."""


class CatalogDamaged(SaseoError):
    """Parameters: path, detail."""


class StorageFull(SaseoError):
    """Parameters: path."""


class BackupFailed(SaseoError):
    """A backup can't be written or put back.

    Parameters: path, reason (`nothing`: there is no catalog yet, `elsewhere`: the uploads are another
    machine's, `exists`: the file is there, `place`: it can't be written there, `missing`: there is no such
    file, `damaged`: it is cut or altered, `foreign`: no backup of Saseo, `newer`: a later program's,
    `occupied`: the data folder isn't empty, `filled`: the database isn't), detail.
    """


class AddressUnavailable(SaseoError):
    """Nothing can be served at an address.

    Parameters: address, reason (`taken`: another program listens there, `denied`: this account may not use
    the port, `host`: this machine has no such address), detail.
    """


class AlreadyRunning(SaseoError):
    """Parameters: path, pid, and of a catalog at a server reason (`catalog`)."""


class ChatUnavailable(SaseoError):
    """A chat platform can't be reached, or refuses what was asked of it.

    Parameters: platform, reason (`token`: it doesn't know the bot's token, `app_token`: the app's token,
    `scope`: the app lacks a permission, `unreachable`, `gone`: the message or channel isn't there,
    `refused`), detail.
    """
