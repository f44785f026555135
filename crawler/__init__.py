"""Getting bytes: one Scrapy spider, driven by presets."""
