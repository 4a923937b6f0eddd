"""``_entities`` of Saleor 2.10.1: it hands anybody the person, the address or the app of any id.

It looks neither at who asks nor at whether the id is of the type that is named. Here it answers as
Saleor 3 does: what is public to everybody, people and addresses to themselves and to staff who may
see them; everything else is null, as what there is not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from saleor.account.models import Address, User
from saleor.app.models import App
from saleor.core.permissions import AccountPermissions, AppPermission
from saleor.graphql.utils import get_user_or_app_from_context
from saleor.product.models import (
    Category,
    Collection,
    Product,
    ProductImage,
    ProductType,
    ProductVariant,
)

PUBLIC = (Category, Collection, Product, ProductImage, ProductType, ProductVariant)


def guard(schema: Any) -> None:
    """Put the guard around ``_entities`` of a built schema."""
    field = schema.get_query_type().fields["_entities"]
    field.resolver = _guarded(field.resolver)


def _guarded(resolver: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    def resolve(root: Any, info: Any, representations: Any = ()) -> list[Any]:
        return [_one(resolver, root, info, asked) for asked in representations or ()]

    return resolve


def _one(resolver: Callable[..., list[Any]], root: Any, info: Any, asked: Any) -> Any:
    try:
        (found,) = resolver(root, info, representations=[asked])
    except ObjectDoesNotExist:
        return None
    return found if _may_see(info.context, found) else None


def _may_see(context: Any, found: Any) -> bool:
    if isinstance(found, PUBLIC):
        return True
    asker = get_user_or_app_from_context(context)
    if isinstance(found, User):
        needed = AccountPermissions.MANAGE_STAFF if found.is_staff else None
        return found == asker or _has(asker, AccountPermissions.MANAGE_USERS, needed)
    if isinstance(found, Address):
        own = isinstance(asker, User) and asker.addresses.filter(pk=found.pk).exists()
        return own or _has(asker, AccountPermissions.MANAGE_USERS)
    return isinstance(found, App) and _has(asker, AppPermission.MANAGE_APPS)


def _has(asker: Any, *permissions: Any) -> bool:
    return bool(asker) and asker.has_perms([one for one in permissions if one is not None])
