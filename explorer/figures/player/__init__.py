"""The player of films: a canvas in the browser, written in JavaScript, for any page that hands it messages."""
