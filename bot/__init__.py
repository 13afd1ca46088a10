"""What Rasa itself loads: features, the intent classifier, the area entity, channels, and a tracker store that forgets."""
