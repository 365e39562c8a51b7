"""Records made on the spot: who was there, and whether the party signed. 特种设备安全监督检查办法 19, 27; 行政强制法 18."""

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints, model_validator

from forms.base import TaskForm
from forms.fields import Line, labelled


class Signature(StrEnum):
    """Whether the party signed the record of the spot."""

    SIGNED = "signed"
    REFUSED = "refused"


Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
MOST_PHOTOS: Final = 40


class Photographed(TaskForm):
    """A record with the photos that belong to it, by SHA-256 of their content: each was received for the task before."""

    photos: Annotated[
        list[Digest],
        labelled(
            "现场照片",
            "Photos of the spot",
            hint="勾选写进记录的照片和签名；在现场页面拍照、上传",
            widget="photos",
        ),
        Field(max_length=MOST_PHOTOS),
    ] = Field(default_factory=list)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.photos)) != len(self.photos):
            raise ValueError("同一张照片只列一次")
        return self


class Team(TaskForm):
    """Who made the record: two or more, the signer among them."""

    duty = "inspector"

    officers: Annotated[
        list[Line],
        labelled(
            "执法人员",
            "Officers",
            hint="每行一人，两名以上，包括您本人",
            widget="lines",
        ),
        Field(min_length=1, max_length=10),
    ]


class Signed(TaskForm):
    """Whether the party signed; where not, a witness and what shows it (办法 27). Named first among a record's bases, it comes last."""

    signature: Annotated[
        Signature,
        labelled(
            "当事人签名",
            "The party's signature",
            widget="radios",
            options={
                "signed": ["已经签名", "Signed"],
                "refused": [
                    "拒绝签名或者不在场",
                    "Refused, or absent",
                    "写明见证人，并录音录像",
                    "Name the witness and what was recorded",
                ],
            },
        ),
    ]
    witness: Annotated[
        Line,
        labelled("见证人和录音录像", "Witness, and what was recorded", hint="当事人没有签名的填写"),
    ] = ""

    @model_validator(mode="after")
    def _witnessed(self) -> Self:
        if self.signature is Signature.REFUSED and len(self.witness) < 2:
            raise ValueError("当事人没有签名的，写明见证人和录音录像")
        return self
