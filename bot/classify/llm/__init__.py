"""Asking a language model: a question goes out, an Opinion or a ModelError comes back.

`language_model.py`, one level up, is the door; whoever wants an opinion goes no further. Behind it:

    question.py     what is asked, and how the reply is read
    instructions.py what templates/prompts/ says, filled in, and the fence around data
    prompt.py       the question about an alert, without what bot/withheld.py keeps
    ollama_chat.py  asks Ollama          openai_chat.py  asks Gemini and Groq
    connection.py   what one exchange may take: bytes, and an end that can be put to it
    reply.py        the model's words, strictly read; nothing in them is believed that was not offered
    breaker.py      when to leave a broken model alone           answers.py  what it said a short while ago
    checkup.py      what the doctor says of it

The model picks from closed lists and writes one sentence. It has no say in severity, parameters or approval.
"""
