"""Papers (文书、证照): what each one says (`model`), how dates read (`wording`), how it looks (*.typ)."""
