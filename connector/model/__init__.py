"""The common returns model: what both platforms' data becomes.

Amounts are `Money` (minor units); moments are aware datetimes in UTC; a `ref` is
an id at the shop, exactly as the shop writes it; an `id` is ours.
"""

from __future__ import annotations

from connector.model.history import Batch, Sighting
from connector.model.order import (
    Change,
    Charge,
    Customer,
    Line,
    Moved,
    Oddity,
    Order,
    OrderStatus,
    Parcel,
    RefundedLine,
    ShopRefund,
    TaxPart,
    Tender,
    TenderKind,
)
from connector.model.refund import (
    CREDITS,
    GOODS,
    Deduction,
    Finding,
    Found,
    Prepared,
    Receipt,
    RefundRequest,
    Share,
    TenderShare,
)
from connector.model.returns import (
    ASKABLE,
    Answer,
    Fault,
    Kind,
    NewGoods,
    Resolution,
    Return,
    ReturnLine,
    Shelved,
    ShopReturn,
    ShopReturnLine,
    Terms,
    Ware,
)
from connector.model.taxes import TaxRate, add_tax, take_tax

__all__ = [
    "ASKABLE",
    "CREDITS",
    "GOODS",
    "Answer",
    "Batch",
    "Change",
    "Charge",
    "Customer",
    "Deduction",
    "Fault",
    "Finding",
    "Found",
    "Kind",
    "Line",
    "Moved",
    "NewGoods",
    "Oddity",
    "Order",
    "OrderStatus",
    "Parcel",
    "Prepared",
    "Receipt",
    "RefundRequest",
    "RefundedLine",
    "Resolution",
    "Return",
    "ReturnLine",
    "Share",
    "Shelved",
    "ShopRefund",
    "ShopReturn",
    "ShopReturnLine",
    "Sighting",
    "TaxPart",
    "TaxRate",
    "Tender",
    "TenderKind",
    "TenderShare",
    "Terms",
    "Ware",
    "add_tax",
    "take_tax",
]
