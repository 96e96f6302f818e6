"""The places that the person pointed at, and the files there that are left out."""

from collections.abc import Sequence

from assistant.library.sqlite import Database

REMOVED = "removed"


class Sources(Database):
    """The part of a catalogue that `sync` needs beside the documents themselves."""

    def roots(self) -> dict[str, bool]:
        """The paths that were added, and whether each is a folder."""
        return {str(p): bool(f) for p, f in self._rows("SELECT path, is_folder FROM roots")}

    def add_root(self, path: str, *, is_folder: bool) -> None:
        """Remember a path that was added; what the person removed there is wanted again."""
        below = path.rstrip("/\\")
        wanted = [
            s for s in self.skipped() if s == path or s.startswith((f"{below}/", f"{below}\\"))
        ]
        if wanted or self.roots().get(path) != is_folder:
            with self._writing() as db:
                db.execute("INSERT OR REPLACE INTO roots VALUES (?, ?)", (path, is_folder))
                db.executemany("DELETE FROM skipped WHERE source = ?", [(s,) for s in wanted])

    def remove_roots(self, paths: Sequence[str]) -> None:
        """Forget paths that were added; their documents stay."""
        with self._writing() as db:
            db.executemany("DELETE FROM roots WHERE path = ?", [(path,) for path in paths])

    def skipped(self) -> dict[str, tuple[str, str]]:
        """Sources that are left out: source → (signature or REMOVED, reason)."""
        rows = self._rows("SELECT source, signature, message FROM skipped ORDER BY source")
        return {str(source): (str(signature), str(why)) for source, signature, why in rows}

    def skip(self, source: str, signature: str, message: str) -> None:
        """Leave a file out until its signature changes, or for good if that is REMOVED."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO skipped VALUES (?, ?, ?)", (source, signature, message)
            )

    def unskip(self, sources: Sequence[str]) -> None:
        """Forget what was left out."""
        with self._writing() as db:
            db.executemany("DELETE FROM skipped WHERE source = ?", [(s,) for s in sources])
