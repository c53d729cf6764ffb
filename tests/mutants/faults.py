"""Faults that have cost others money, each a small change to one of our files.

`why` says where it was made, or why it is tempting; `catch` is the cheapest check
that must fail with it.
"""

from __future__ import annotations

from dataclasses import dataclass

SIMULATE = ("simulate", "--seed", "1", "--cases", "700", "--json")
REFUNDS = ("pytest", "tests/stories/test_refunds.py")
LEDGER = ("pytest", "tests/connector/store/test_ledger.py")
INVARIANTS = ("pytest", "tests/connector/test_invariants.py")
CONTRACT = ("pytest", "tests/contract")
SHOPIFY = ("pytest", "tests/adapters/shopify/test_adapter.py")
WOO = ("pytest", "tests/adapters/woocommerce")
VIEWS = ("pytest", "tests/webhooks")
MONEY = ("pytest", "tests/connector/test_money.py")
SETTLEMENT = ("pytest", "tests/connector/test_settlement_shapes.py",
              "tests/connector/test_settlement.py")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One planted fault."""

    name: str
    file: str
    before: str
    after: str
    why: str
    catch: tuple[str, ...]


FAULTS = (
    Fault(
        name="blind retry on time-out",
        file="connector/steps/refund.py",
        before="        _lost(run, row, said_by(error))\n    else:",
        after="        _release(run, claim, row, said_by(error))\n    else:",
        why="perhaps it arrived: the next try pays twice",
        catch=REFUNDS,
    ),
    Fault(
        name="5xx taken for failure",
        file="adapters/woocommerce/calls.py",
        before='no clear yes or no")\n    return OutcomeUnknown(',
        after='no clear yes or no")\n    return Rejected(',
        why="a gateway may have paid before it failed",
        catch=WOO,
    ),
    Fault(
        name="key per attempt",
        file="adapters/shopify/refunds.py",
        before='"key": request.key}',
        after='"key": str(__import__("uuid").uuid4())}',
        why="medusa 16681: the retry sent a new key",
        catch=SHOPIFY,
    ),
    Fault(
        name="key derived from amount",
        file="connector/steps/asking.py",
        before="key=str(uuids.uuid7()),\n        order_ref=order.ref,",
        after='key=f"{order.ref}-{settled.amount.minor}",\n'
        "        order_ref=order.ref,",
        why="two refunds of one amount are two refunds",
        catch=SIMULATE,
    ),
    Fault(
        name="lease without fencing",
        file="connector/steps/refund.py",
        before="    return is_old or not run.hold.still_ours()"
        " or not outbox.holds(run.db, claim)",
        after="    return is_old and False",
        why="a stalled holder wakes up and pays what another has paid",
        catch=SIMULATE,
    ),
    Fault(
        name="no quiet period",
        file="connector/steps/reconcile.py",
        before="[Refund.UNKNOWN], now - quiet)",
        after="[Refund.UNKNOWN], now)",
        why="a request may still be on its way",
        catch=REFUNDS,
    ),
    Fault(
        name="throttle forgets an unclear attempt",
        file="connector/steps/reconcile.py",
        before="        refunds.looked(db, row.id, now, said_by(error))\n"
        "        return False",
        after="        refunds.resend(db, row.id, now, now)\n        return True",
        why="an answer that says nothing of the earlier attempt is taken for a no",
        catch=SIMULATE,
    ),
    Fault(
        name="key used past 24 hours",
        file="adapters/shopify/refunds.py",
        before="is_young = sent is None or now - sent < KEY_LIFE",
        after="is_young = True",
        why="Shopify has forgotten the key by then, and pays again",
        catch=("pytest", "tests/stories/test_survivors.py"),
    ),
    Fault(
        name="deduplication on WooCommerce's delivery id",
        file="webhooks/views.py",
        before="key = (webhook, topic, delivery, _digest(body))",
        after="key = (webhook, topic, delivery)",
        why="four orders delivered in one second share it",
        catch=VIEWS,
    ),
    Fault(
        name="deduplication on Shopify's Event-Id",
        file="webhooks/views.py",
        before='request.headers.get("X-Shopify-Webhook-Id") or',
        after='request.headers.get("X-Shopify-Event-Id") or',
        why="it names an action, not a delivery",
        catch=VIEWS,
    ),
    Fault(
        name="absence taken for proof",
        file="adapters/woocommerce/refunds.py",
        before="    if may_resend:\n",
        after="    if request.key:\n",
        why="WooCommerce deletes its refund when the gateway errs, even if it paid",
        catch=CONTRACT,
    ),
    Fault(
        name="returnProcess repeated without its pre-image",
        file="adapters/shopify/refunds.py",
        before='    if preimage.get("is_all"):',
        after="    if preimage is not None:",
        why="a late run could still pay these units",
        catch=SHOPIFY,
    ),
    Fault(
        name="check-then-insert without a lock",
        file="connector/store/refunds.py",
        before="@atomic\ndef reserve(",
        after="def reserve(",
        why="Sylius: the rest was checked, then inserted",
        catch=LEDGER,
    ),
    Fault(
        name="dropped remainder",
        file="connector/money.py",
        before="key=lambda i: -parts[i][1])[:short]:",
        after="key=lambda i: -parts[i][1])[:0]:",
        why="a cent is left for ever",
        catch=MONEY,
    ),
    Fault(
        name="float cents",
        file="connector/money.py",
        before="        scaled = value.scaleb(exponent(currency))\n",
        after="        scaled = Decimal("
        "int(float(value) * 10 ** exponent(currency)))\n",
        why="19.99 * 100 is 1998.9999999999998",
        catch=MONEY,
    ),
    Fault(
        name="tax recomputed for each unit",
        file="connector/settlement/shares.py",
        before="aim = [one.amount.share(*done).minor - gone.get(one.rate, 0)",
        after="aim = [one.amount.share(1, done[1]).minor",
        why="the nearest place to a rate: every unit rounded for itself",
        catch=("pytest", "tests/connector/test_money_cases.py"),
    ),
    Fault(
        name="success without a post",
        file="connector/store/refunds.py",
        before='    Refund.CONFIRMED: "post",\n',
        after="",
        why="solidus 2780: reimbursed, and never booked",
        catch=REFUNDS,
    ),
    Fault(
        name="rollback after the call",
        file="connector/steps/refund.py",
        before="        _send(run, claim, row, prepared, started)\n",
        after="        run.db.transact("
        "lambda: _send(run, claim, row, prepared, started))\n",
        why="Vendure: a crash leaves money moved and no row",
        catch=("pytest", "tests/stories/test_survivors.py"),
    ),
    Fault(
        name="window from order date",
        file="connector/policy/rules.py",
        before="    days, last = window_ends(seen, special)\n",
        after="    days, _ = window_ends(seen, special)\n"
        "    last = seen.order.placed_at + timedelta(days=days)\n",
        why="Solidus counts from the order's completion",
        catch=("pytest", "tests/connector/policy"),
    ),
    Fault(
        name="refund by asked instead of received quantity",
        file="connector/steps/owing.py",
        before="        When.RECEIVED: line.received - line.rejected,",
        after="        When.RECEIVED: line.asked,",
        why="spree 14678: asked 3, received 2",
        catch=INVARIANTS,
    ),
    Fault(
        name="the customer's word that he sent it moves money",
        file="connector/steps/term.py",
        before="    is_sure = back.is_proven and seen.proof is not None",
        after="    is_sure = seen.proof is not None",
        why="decision 0021: one click of a customer must not pay",
        catch=("pytest", "tests/stories/test_term.py"),
    ),
    Fault(
        name="evidence that nobody has looked at moves money",
        file="connector/steps/wayback.py",
        before="        is_proven=last == TAKEN,",
        after="        is_proven=last == TAKEN or bool(shown),",
        why="decision 0029: a customer's number or photo must not pay",
        catch=("pytest", "tests/stories/test_evidence.py"),
    ),
    Fault(
        name="a withdrawal waits for the policy after the law's last day",
        file="connector/steps/owing.py",
        before=" if latest is None else min(own, latest, key=tuple(When).index)",
        after="",
        why="article 13(1) of directive 2011/83/EU",
        catch=("pytest", "tests/stories/test_term.py"),
    ),
    Fault(
        name="echo of our own refund taken as external",
        file="connector/steps/observe.py",
        before="for refund in order.refunds if not is_ours(refund, mine)]",
        after="for refund in order.refunds]",
        why="woocommerce-gateway-stripe 2724: the webhook is back before the answer",
        catch=("pytest", "tests/connector/steps/test_compare.py"),
    ),
    Fault(
        name="external refund ignored",
        file="connector/store/ledger.py",
        before='    return _outside(db, "external", shop,',
        after='    return bool(now) and not now and _outside(db, "external", shop,',
        why="what staff refunded is refunded again",
        catch=LEDGER,
    ),
    Fault(
        name="WooCommerce's taxes[] summed",
        file="adapters/woocommerce/translate.py",
        before='    tax = r.money(data.get("total_tax") or "0", f"{path}.total_tax")\n',
        after='    tax = total((r.money(x.get("total") or "0", path)'
        ' for x in data.get("taxes") or ()), r.currency)\n',
        why="its parts are rounded to more places than the cent that was paid",
        catch=(
            "pytest",
            "tests/connector/test_settlement_shapes.py",
            "tests/adapters/woocommerce/test_translate.py",
            "tests/connector/test_money_cases.py",
        ),
    ),
    Fault(
        name="presentment currency mixed with shop currency",
        file="adapters/shopify/translate.py",
        before='shown = (bag or {}).get("presentmentMoney") or {}',
        after='shown = (bag or {}).get("shopMoney") or {}',
        why="the customer paid in another currency than the shop counts in",
        catch=SETTLEMENT,
    ),
    Fault(
        name="an order counts as read before its returns are",
        file="connector/steps/foreign.py",
        before="    if not take_in(db, shop, order, clock()):\n        return False\n"
        "    orders.read_whole(db, shop.name, order, started)\n    return True",
        after="    orders.read_whole(db, shop.name, order, started)\n"
        "    return take_in(db, shop, order, clock())",
        why="the simulator found it: a stop between the two lost a return",
        catch=SIMULATE,
    ),
    Fault(
        name="a dead refund takes its fee with it",
        file="connector/steps/preview.py",
        before="        return_fee=None if is_charged else fee,\n",
        after="        return_fee=None if own else fee,\n",
        why="the fee was charged to a refund that never paid",
        catch=("pytest", "tests/stories/test_survivors.py"),
    ),
    Fault(
        name="a code for each attempt",
        file="connector/steps/refund.py",
        before="        receipt = run.shop.refund(row.request, prepared.preimage)\n",
        after="        import dataclasses, secrets\n"
        "        code = row.request.code and secrets.token_hex(8)\n"
        "        asked = dataclasses.replace(row.request, code=code)\n"
        "        receipt = run.shop.refund(asked, prepared.preimage)\n",
        why="the repeat does not meet what the first try made",
        catch=SIMULATE,
    ),
    Fault(
        name="new goods and their money too",
        file="connector/settlement/reckon.py",
        before="    due -= sum(one.amount.minor for one in swapped)\n",
        after="    swapped = []\n",
        why="an exchange is a refund and a sale; only the sale was added",
        catch=SIMULATE,
    ),
    Fault(
        name="nothing is owed on dearer goods",
        file="connector/steps/asking.py",
        before="        owed=settled.owed or None,\n",
        after="        owed=None,\n",
        why="the difference is forgotten where it is the customer's to pay",
        catch=SIMULATE,
    ),
    Fault(
        name="a bonus counted twice",
        file="connector/steps/promise.py",
        before="        plan = replace(plan, bonus=None)\n",
        after="        plan = replace(plan, amount=plan.credit, bonus=None)\n",
        why="inside the credit and apart from it",
        catch=SIMULATE,
    ),
    Fault(
        name="a bonus before its credit",
        file="connector/steps/turn.py",
        before="    if first.state is Refund.CONFIRMED:\n        return True\n",
        after="    if first.state is not Refund.CANCELLED:\n        return True\n",
        why="the credit may yet come to nothing, and its bonus stays",
        catch=("pytest", "tests/stories/test_making_good.py"),
    ),
    Fault(
        name="sold out, and sent",
        file="connector/steps/refund.py",
        before="    elif prepared.sold_out:\n",
        after="    elif prepared.sold_out and not prepared.preimage:\n",
        why="stock was looked at when it was asked for, and not again",
        catch=SIMULATE,
    ),
    Fault(
        name="credit given again after no answer",
        file="adapters/shopify/judging.py",
        before='    why = saying("no such credit is on the account; a late run',
        after="    if not new:\n        return Finding(found=Found.ABSENT)\n"
        '    why = saying("no such credit is on the account; a late run',
        why="store credit has no key at Shopify: the next try gives it twice",
        catch=("pytest", "tests/adapters/shopify/test_judging.py"),
    ),
    Fault(
        name="new goods released before they are paid",
        file="connector/steps/refund.py",
        before='    event = "confirm" if receipt.moved is Moved.YES else "pend"\n',
        after='    event = "confirm" if receipt.made else "pend"\n',
        why="an order that was made is taken for one that was paid",
        catch=SIMULATE,
    ),
    Fault(
        name="what is owed is never asked after",
        file="connector/steps/unpaid.py",
        before="    if answered is not None and now - answered < patience:\n",
        after="    if answered is None or now - answered < patience:\n",
        why="the simulator found it: an exchange waited for ever, and nobody knew",
        catch=SIMULATE,
    ),
    Fault(
        name="paid by hand, and taken for refused",
        file="connector/steps/refund.py",
        before="        if row.request.by_gateway:\n            refunds.move(",
        after="        if row.request.key:\n            refunds.move(",
        why="the simulator found it: the customer has it, and is paid once more",
        catch=("pytest", "tests/stories/test_unpaid.py"),
    ),
    Fault(
        name="goods booked before their money",
        file="connector/steps/turn.py",
        before="    if payer.state is Refund.CONFIRMED:\n        refunds.rewrite(",
        after="    if payer.state is not Refund.CANCELLED:\n        refunds.rewrite(",
        why="the old order's gateway may yet refuse, and the customer has nothing",
        catch=("pytest", "tests/stories/test_woo_exchanged_back_asked.py"),
    ),
    Fault(
        name="new goods that came back, and hold money still",
        file="connector/settlement/given.py",
        before="    return max(out - _bought_back(own, order.currency), ",
        after="    return max(out, ",
        why="the rest of their order comes up short by what was paid for them",
        catch=("pytest", "tests/connector/test_settlement_exchange.py"),
    ),
)
