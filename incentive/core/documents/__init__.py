"""Papers that people sign and file: one `Document`, written as PDF or as an Excel workbook.

A document is drawn from values (whole points, fen, days, texts), so that both files, and
whatever else shows the same values, cannot differ.
"""

from incentive.core.documents.model import Cell, Column, Document, Qr, Table
from incentive.core.documents.naming import attachment, file_name
from incentive.core.documents.sending import MIMETYPES, Ending, send, write

__all__ = [
    "MIMETYPES",
    "Cell",
    "Column",
    "Document",
    "Ending",
    "Qr",
    "Table",
    "attachment",
    "file_name",
    "send",
    "write",
]
