"""The sources of this sample are nobody's business."""
