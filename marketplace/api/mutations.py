"""The base of our mutations: roles, one transaction, refusals as ``errors``."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import graphene
from django.db import IntegrityError, transaction
from graphene.types.mutation import MutationOptions

from marketplace.api import access
from marketplace.operation.metrics import refused
from marketplace.people.actor import Actor
from marketplace.refusals import Refusal, Refusals, refusal_of


class WelfareError(graphene.ObjectType):
    """One refusal of a mutation."""

    field = graphene.String(description="The input field at fault, where there is one.")
    message = graphene.String(required=True, description="A sentence a person can act on.")
    code = graphene.String(required=True, description="UPPER_SNAKE_CASE, stable for programs.")
    line = graphene.Int(description="The cart line at fault, counted from 1, where there is one.")

    @classmethod
    def of(cls, refusal: Refusal) -> list[WelfareError]:
        """The errors that a refusal stands for: one, or one per refusal of :class:`Refusals`."""
        several = refusal.refusals if isinstance(refusal, Refusals) else [refusal]
        return [
            cls(field=one.field, message=one.message, code=one.code, line=one.facts.get("line"))
            for one in several
        ]


class WelfareMutationOptions(MutationOptions):
    access: access.Access = ()
    atomic: bool = True


class WelfareMutation(graphene.Mutation):
    """``perform(info, actor, **data)`` in one database transaction, for those who may.

    Meta takes ``description`` and ``roles``. A :class:`Refusal` rolls everything back and becomes
    ``errors``. ``atomic = False`` leaves transactions to the service: for one that commits before
    it calls somebody outside.
    """

    class Meta:
        abstract = True

    errors = graphene.List(
        graphene.NonNull(WelfareError),
        required=True,
        default_value=(),
        description="Why the mutation was refused; empty where it was done.",
    )

    @classmethod
    def __init_subclass_with_meta__(
        cls, *, roles: access.Access, description: str, atomic: bool = True, **options: Any
    ) -> None:
        meta = WelfareMutationOptions(cls)
        meta.access = roles
        meta.atomic = atomic
        super().__init_subclass_with_meta__(_meta=meta, description=description, **options)

    @classmethod
    def mutate(cls, _root: Any, info: Any, **data: Any) -> Any:
        actor = access.actor_from(info)
        try:
            access.check(actor, cls._meta.access)
            with transaction.atomic() if cls._meta.atomic else nullcontext():
                return cls.perform(info, actor, **data)
        except Refusal as refusal:
            refused(refusal)
            return cls(errors=WelfareError.of(refusal))
        except IntegrityError as error:
            known = refusal_of(error)
            if known is None:
                raise
            refused(known)
            return cls(errors=WelfareError.of(known))

    @classmethod
    def perform(cls, info: Any, actor: Actor, *args: Any, **data: Any) -> Any:
        """Do it and return the payload; raise Refusal to refuse."""
        raise NotImplementedError
