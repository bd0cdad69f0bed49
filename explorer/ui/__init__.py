"""The rooms that import Streamlit: navigation, controls, the player."""
