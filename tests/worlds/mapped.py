"""What is worked out of all tables once, by the process of which commands are children."""

from nianbao.storage.models import Base

Base.registry.configure()
