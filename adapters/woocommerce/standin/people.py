"""Customers as the API shows them: users of the site, each with the first of his roles.

As class-wc-rest-customers-v1-controller.php and class-wc-customer-data-store.php do it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.woocommerce.standin.problems import Problem

if TYPE_CHECKING:
    from adapters.woocommerce.standin.rest import Call
    from adapters.woocommerce.standin.shop import Shop

Json = dict[str, Any]

BY_DEFAULT = "customer"  # whom a list shows that is asked for no role
BUILT_IN = ("administrator", "editor", "author", "contributor", "subscriber")
OF_THE_SHOP = ("customer", "shop_manager")


def add(shop: Shop, email: str, *roles: str) -> int:
    """Register a user with these roles, the first of which the API tells."""
    with shop.lock:
        ref = shop.new_id("user")
        shop.people[ref] = {
            "id": ref,
            **shop.dates(shop.clock(), "date_created"),
            **shop.dates(None, "date_modified"),
            "email": email,
            "first_name": email.partition("@")[0].title(),
            "last_name": "Buyer",
            "username": email.partition("@")[0],
            "billing": {"email": email},
            "shipping": {},
            "is_paying_customer": False,
            "avatar_url": "",
            "meta_data": [],
            "_roles": list(roles),
        }
    return ref


def change_roles(shop: Shop, ref: int, *roles: str) -> None:
    """Give a user other roles; his orders stay unmodified, and nothing is told."""
    with shop.lock:
        shop.people[ref]["_roles"] = list(roles)


def delete(shop: Shop, ref: int) -> None:
    """Delete a user: his orders become those of a guest; no webhook tells of it.

    Where orders have tables of their own they are modified by that, as posts not.
    """
    with shop.lock:
        del shop.people[ref]
        for order in shop.orders.values():
            if order["customer_id"] == ref:
                order["customer_id"] = 0
                if not shop.keeps_posts:
                    order.update(shop.dates(shop.clock(), "date_modified"))


def found(call: Call) -> list[Json]:
    """List users by name: of the role that is asked for, `customer` without one."""
    shop, query = call.shop, call.query
    role = query.get("role", BY_DEFAULT)
    _check_role(shop, role)
    some = [x for x in shop.people.values() if role == "all" or role in x["_roles"]]
    if "include" in query:
        wanted = query["include"].split(",")
        some = [one for one in some if str(one["id"]) in wanted]
    return [_shown(one) for one in sorted(some, key=lambda one: one["first_name"])]


def read(call: Call) -> Json:
    """Show one user, whatever his roles; one who is gone is no valid id."""
    person = call.shop.people.get(call.parts[0])
    if person is None:
        raise Problem(404, "wc_user_invalid_id", "Invalid user ID.", {"status": 404})
    return _shown(person)


def _shown(person: Json) -> Json:
    """Show a user: one without any role counts as a customer."""
    shown = {key: value for key, value in person.items() if key != "_roles"}
    return shown | {"role": next(iter(person["_roles"]), BY_DEFAULT)}


def _check_role(shop: Shop, role: str) -> None:
    """Refuse a role that the site does not have."""
    given = {one for person in shop.people.values() for one in person["_roles"]}
    known = ["all", *BUILT_IN, *OF_THE_SHOP, *sorted(given)]
    if role in known:
        return
    told = f"role is not one of {', '.join(known[:-1])}, and {known[-1]}."
    details = {"role": {"code": "rest_not_in_enum", "message": told, "data": None}}
    data = {"status": 400, "params": {"role": told}, "details": details}
    raise Problem(400, "rest_invalid_param", "Invalid parameter(s): role", data)
