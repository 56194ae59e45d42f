"""Requests in plain English and the plan that a careful person draws for each; `<n>` is the result of task n."""

Case = tuple[str, tuple[str, ...], list[str]]
"""A request, files that come with it unnamed, and the tasks."""

PLANS: list[Case] = [
    (
        "Who is the landlord in contract.pdf? Read the answer aloud",
        (),
        [
            "document-question-answering(document='contract.pdf', question='Who is the landlord in contract.pdf?')",
            "text-to-speech(text='<0>')",
        ],
    ),
    (
        "Who are the parties in contract.pdf and when was it signed?",
        (),
        [
            "document-question-answering(document='contract.pdf', question='Who are the parties in contract.pdf?')",
            "document-question-answering(document='contract.pdf', question='When was it signed?')",
        ],
    ),
    (
        "What is in photo.png and what color is the car?",
        (),
        [
            "image-text-to-text(image='photo.png', text='Describe the picture.')",
            "visual-question-answering(image='photo.png', question='What color is the car?')",
        ],
    ),
    (
        "What does contract.pdf say about pets? Read the answer aloud",
        (),
        [
            "document-question-answering(document='contract.pdf', question='What does contract.pdf say about pets?')",
            "text-to-speech(text='<0>')",
        ],
    ),
    (
        "What does talk.wav say about pets? What language is the answer?",
        (),
        [
            "automatic-speech-recognition(audio='talk.wav')",
            "question-answering(context='<0>', question='What does talk.wav say about pets?')",
            "text-classification(text='<1>', question='What language is it?')",
        ],
    ),
    (
        "Read page.png, find the faces in page.png and read the text aloud",
        (),
        [
            "image-to-text(image='page.png')",
            "object-detection(image='page.png', labels=['face'])",
            "text-to-speech(text='<0>')",
        ],
    ),
    (
        "Question about doc.pdf: 'What is the date?'",
        (),
        ["document-question-answering(document='doc.pdf', question='What is the date?')"],
    ),
    (
        "My question about photo.png: 'How many cats are there?'",
        (),
        ["visual-question-answering(image='photo.png', question='How many cats are there?')"],
    ),
    (
        "Ask notes.txt 'Who wrote it?'",
        (),
        ["question-answering(context='notes.txt', question='Who wrote it?')"],
    ),
    (
        "Draw a castle from the soft edges of photo.png",
        (),
        ["hed-control(image='photo.png')", "hed-text-to-image(text='a castle', image='<0>')"],
    ),
    (
        "Paint a room from the surface normals of room.png",
        (),
        ["normal-control(image='room.png')", "normal-text-to-image(text='a room', image='<0>')"],
    ),
    (
        "Make a picture of a beach with the segments of photo.png",
        (),
        ["image-segmentation(image='photo.png')", "seg-text-to-image(text='a beach', image='<0>')"],
    ),
    ("Classify the rows of data.csv", (), ["tabular-classification(table='data.csv')"]),
    (
        "Answer 'Who won?' about photo.png",
        (),
        ["visual-question-answering(image='photo.png', question='Who won?')"],
    ),
    (
        "Answer 'Who won?' from 'Ann beat Bob.'",
        (),
        ["question-answering(context='Ann beat Bob.', question='Who won?')"],
    ),
    ("Convert a.png to text", (), ["image-to-text(image='a.png')"]),
    ("Convert talk.wav into text", (), ["automatic-speech-recognition(audio='talk.wav')"]),
    (
        "Can you read page.png aloud in German?",
        (),
        [
            "image-to-text(image='page.png')",
            "text-to-speech(text='<0>', language='de')",
        ],
    ),
    (
        "Read the text in page.png and read it aloud",
        (),
        [
            "image-to-text(image='page.png')",
            "text-to-speech(text='<0>')",
        ],
    ),
    (
        "Summarize notes.txt",
        (),
        [
            "summarization(text='notes.txt')",
        ],
    ),
    (
        "What language is 'Guten Morgen, wie geht es dir?'",
        (),
        [
            "text-classification(text='Guten Morgen, wie geht es dir?', question='What language is it?')",
        ],
    ),
    (
        "Read a.png and b.png, then summarize both",
        (),
        [
            "image-to-text(image='a.png')",
            "image-to-text(image='b.png')",
            "summarization(text=['<0>', '<1>'])",
        ],
    ),
    (
        "Find the edges of photo.png",
        (),
        [
            "canny-control(image='photo.png')",
        ],
    ),
    (
        "How many faces are in group.png?",
        (),
        [
            "object-detection(image='group.png', labels=['face'])",
        ],
    ),
    (
        "What does the QR code in code.png say?",
        (),
        [
            "object-detection(image='code.png', labels=['qr code'])",
        ],
    ),
    (
        "Read report.pdf and tell me what it is about",
        (),
        [
            "image-to-text(image='report.pdf')",
            "summarization(text='<0>')",
        ],
    ),
    (
        "Is 'I hate waiting, but the food was wonderful' positive or negative?",
        (),
        [
            "text-classification(text='I hate waiting, but the food was wonderful', question='Is it positive or negative?')",
        ],
    ),
    (
        "Read page.png, tell me what language it is in and how positive it sounds, and read a summary aloud",
        (),
        [
            "image-to-text(image='page.png')",
            "text-classification(text='<0>', question='What language is it?')",
            "text-classification(text='<0>', question='Is it positive or negative?')",
            "summarization(text='<0>')",
            "text-to-speech(text='<3>')",
        ],
    ),
    (
        "Transcribe speech.wav",
        (),
        [
            "automatic-speech-recognition(audio='speech.wav')",
        ],
    ),
    (
        "Translate 'good morning' to French",
        (),
        [
            "translation(text='good morning', language='fr')",
        ],
    ),
    (
        "Translate this to French",
        ("letter.txt",),
        [
            "translation(text='letter.txt', language='fr')",
        ],
    ),
    (
        "Translate this to French: good morning, my friend",
        (),
        [
            "translation(text='good morning, my friend', language='fr')",
        ],
    ),
    (
        "Translate page.png into German",
        (),
        [
            "image-to-text(image='page.png')",
            "translation(text='<0>', language='de')",
        ],
    ),
    (
        "make the edges of photo.png and then a picture of a castle from it",
        (),
        [
            "canny-control(image='photo.png')",
            "canny-text-to-image(text='a castle', image='<0>')",
        ],
    ),
    (
        "Read a.png and b.png, then summarize each",
        (),
        [
            "image-to-text(image='a.png')",
            "image-to-text(image='b.png')",
            "summarization(text='<0>')",
            "summarization(text='<1>')",
        ],
    ),
    (
        "Read a.png. Read b.png. Summarize both.",
        (),
        [
            "image-to-text(image='a.png')",
            "image-to-text(image='b.png')",
            "summarization(text=['<0>', '<1>'])",
        ],
    ),
    (
        "Draw a picture of a cat and a dog on a mat",
        (),
        [
            "text-to-image(text='a cat and a dog on a mat')",
        ],
    ),
    (
        "generate an image of a girl reading a book with the same pose as the boy in boy.jpg",
        (),
        [
            "openpose-control(image='boy.jpg')",
            "openpose-text-to-image(text='a girl reading a book', image='<0>')",
        ],
    ),
    (
        "Give me the language, the sentiment and a summary of notes.txt",
        (),
        [
            "text-classification(text='notes.txt', question='What language is it?')",
            "text-classification(text='notes.txt', question='Is it positive or negative?')",
            "summarization(text='notes.txt')",
        ],
    ),
    (
        "Find faces and people in street.jpg",
        (),
        [
            "object-detection(image='street.jpg', labels=['face'])",
            "object-detection(image='street.jpg', labels=['person'])",
        ],
    ),
    (
        "Detect objects in street.jpg",
        (),
        [
            "object-detection(image='street.jpg')",
        ],
    ),
    (
        "Find the cats and dogs in pets.jpg",
        (),
        [
            "object-detection(image='pets.jpg', labels=['cat', 'dog'])",
        ],
    ),
    (
        "What is in photo.jpg?",
        (),
        [
            "image-text-to-text(image='photo.jpg', text='Describe the picture.')",
        ],
    ),
    (
        "What colour is the car in photo.jpg?",
        (),
        [
            "visual-question-answering(image='photo.jpg', question='What colour is the car in photo.jpg?')",
        ],
    ),
    (
        "Who signed contract.pdf?",
        (),
        [
            "document-question-answering(document='contract.pdf', question='Who signed contract.pdf?')",
        ],
    ),
    (
        "Which city is named in notes.txt?",
        (),
        [
            "question-answering(context='notes.txt', question='Which city is named in notes.txt?')",
        ],
    ),
    (
        "Describe photo.jpg and read the description aloud in French",
        (),
        [
            "image-text-to-text(image='photo.jpg', text='Describe the picture.')",
            "text-to-speech(text='<0>', language='fr')",
        ],
    ),
    (
        "Segment photo.png and estimate its depth",
        (),
        [
            "image-segmentation(image='photo.png')",
            "depth-estimation(image='photo.png')",
        ],
    ),
    (
        "Say hello world",
        (),
        [
            "text-to-speech(text='hello world')",
        ],
    ),
    (
        'Read "my scan.png" to me',
        (),
        [
            "image-to-text(image='my scan.png')",
            "text-to-speech(text='<0>')",
        ],
    ),
    (
        "Turn photo.png into a watercolor painting",
        (),
        [
            "image-to-image(image='photo.png', text='Turn the picture into a watercolor painting')",
        ],
    ),
    (
        "Animate photo.png",
        (),
        [
            "image-to-video(image='photo.png')",
        ],
    ),
    (
        "make a video of a rocket launch",
        (),
        [
            "text-to-video(text='a rocket launch')",
        ],
    ),
    (
        "Transcribe talk.mp3, translate it to German and read the translation aloud",
        (),
        [
            "automatic-speech-recognition(audio='talk.mp3')",
            "translation(text='<0>', language='de')",
            "text-to-speech(text='<1>', language='de')",
        ],
    ),
    (
        "How similar are 'I like cats' and 'I love dogs'?",
        (),
        [
            "sentence-similarity(text='I like cats', context=['I love dogs'])",
        ],
    ),
    (
        "Classify 'The match ended 2:1' as sports, politics or cooking",
        (),
        [
            "zero-shot-classification(text='The match ended 2:1', labels=['sports', 'politics', 'cooking'])",
        ],
    ),
    (
        "Fill the mask in 'Paris is the [MASK] of France'",
        (),
        [
            "fill-mask(text='Paris is the [MASK] of France')",
        ],
    ),
    (
        "Embed 'hello there'",
        (),
        [
            "feature-extraction(text='hello there')",
        ],
    ),
    (
        "Find the names in notes.txt",
        (),
        [
            "token-classification(text='notes.txt')",
        ],
    ),
    (
        "Write a poem about autumn",
        (),
        [
            "text-generation(text='Write a poem about autumn')",
        ],
    ),
    (
        "answer 'Who won?' from notes.txt",
        (),
        [
            "question-answering(context='notes.txt', question='Who won?')",
        ],
    ),
    (
        "Draw the pose in boy.png",
        (),
        [
            "openpose-control(image='boy.png')",
        ],
    ),
    (
        "Read page.png aloud",
        (),
        [
            "image-to-text(image='page.png')",
            "text-to-speech(text='<0>')",
        ],
    ),
    (
        "Summarize the transcript of talk.wav",
        (),
        [
            "automatic-speech-recognition(audio='talk.wav')",
            "summarization(text='<0>')",
        ],
    ),
    (
        "Describe and segment photo.png",
        (),
        [
            "image-text-to-text(image='photo.png', text='Describe the picture.')",
            "image-segmentation(image='photo.png')",
        ],
    ),
    (
        "Here is page.png. Read it and summarise it.",
        (),
        [
            "image-to-text(image='page.png')",
            "summarization(text='<0>')",
        ],
    ),
    (
        "In photo.png, find the faces",
        (),
        [
            "object-detection(image='photo.png', labels=['face'])",
        ],
    ),
    (
        "Draw a castle from the edges of photo.png",
        (),
        [
            "canny-control(image='photo.png')",
            "canny-text-to-image(text='a castle', image='<0>')",
        ],
    ),
    (
        "Please could you summarize these",
        ("a.txt", "b.txt"),
        [
            "summarization(text=['a.txt', 'b.txt'])",
        ],
    ),
    (
        "Summarize notes.txt in French",
        (),
        [
            "summarization(text='notes.txt')",
            "translation(text='<0>', language='fr')",
        ],
    ),
    (
        "Is there a person in street.jpg?",
        (),
        [
            "object-detection(image='street.jpg', labels=['person'])",
        ],
    ),
    (
        "Count the people in street.jpg, group.png and crowd.png",
        (),
        [
            "object-detection(image='street.jpg', labels=['person'])",
            "object-detection(image='group.png', labels=['person'])",
            "object-detection(image='crowd.png', labels=['person'])",
        ],
    ),
    (
        "denoise talk.wav",
        (),
        [
            "audio-to-audio(audio='talk.wav')",
        ],
    ),
    (
        "Which row has the highest price in data.csv?",
        (),
        [
            "table-question-answering(table='data.csv', question='Which row has the highest price in data.csv?')",
        ],
    ),
    (
        "Compare a.txt with b.txt",
        (),
        [
            "sentence-similarity(text='a.txt', context=['b.txt'])",
        ],
    ),
    (
        "correct the grammar of 'he go home'",
        (),
        [
            "text2text-generation(text='Correct the grammar of:\\nhe go home')",
        ],
    ),
    (
        "Find the edges and the depth of photo.png",
        (),
        [
            "canny-control(image='photo.png')",
            "depth-estimation(image='photo.png')",
        ],
    ),
    (
        "Read page.png and answer the question 'Who wrote it?'",
        (),
        [
            "image-to-text(image='page.png')",
            "question-answering(context='<0>', question='Who wrote it?')",
        ],
    ),
    (
        "What does speech.wav say?",
        (),
        [
            "automatic-speech-recognition(audio='speech.wav')",
        ],
    ),
    (
        "Read page.png and write a poem about it",
        (),
        [
            "image-to-text(image='page.png')",
            "text-generation(text='Write a poem about it:\\n<0>')",
        ],
    ),
    (
        "Read page.png and write a letter to my boss",
        (),
        [
            "image-to-text(image='page.png')",
            "text-generation(text='Write a letter to my boss')",
        ],
    ),
    (
        "Please tell me whether 'what a lovely day' is positive or negative",
        (),
        [
            "text-classification(text='what a lovely day', question='Is it positive or negative?')",
        ],
    ),
    (
        "Can you tell me the language of page.png?",
        (),
        [
            "image-to-text(image='page.png')",
            "text-classification(text='<0>', question='What language is it?')",
        ],
    ),
    (
        'Is "Ich bin müde" German?',
        (),
        [
            "text-classification(text='Ich bin müde', question='What language is it?')",
        ],
    ),
    (
        "Say 'bonjour' in French",
        (),
        [
            "text-to-speech(text='bonjour', language='fr')",
        ],
    ),
    (
        "Find the edges of a.png and b.png",
        (),
        [
            "canny-control(image='a.png')",
            "canny-control(image='b.png')",
        ],
    ),
    (
        "Find the edges of both pictures",
        ("a.png", "b.png"),
        [
            "canny-control(image='a.png')",
            "canny-control(image='b.png')",
        ],
    ),
    (
        "Count how many people there are in street.jpg",
        (),
        [
            "object-detection(image='street.jpg', labels=['person'])",
        ],
    ),
    (
        "Are there any faces in group.png?",
        (),
        [
            "object-detection(image='group.png', labels=['face'])",
        ],
    ),
    (
        "Scan the QR code in code.png and read it aloud",
        (),
        [
            "object-detection(image='code.png', labels=['qr code'])",
            "text-to-speech(text='<0>')",
        ],
    ),
    (
        "What does it say?",
        ("page.png",),
        [
            "image-to-text(image='page.png')",
        ],
    ),
    (
        "Describe the picture and transcribe the recording",
        ("a.png", "b.wav"),
        [
            "image-text-to-text(image='a.png', text='Describe the picture.')",
            "automatic-speech-recognition(audio='b.wav')",
        ],
    ),
    (
        "tl;dr notes.txt",
        (),
        [
            "summarization(text='notes.txt')",
        ],
    ),
    (
        "Shorten 'A long text here that goes on.'",
        (),
        [
            "summarization(text='A long text here that goes on.')",
        ],
    ),
    (
        "Make a summary of report.pdf and translate it into Spanish",
        (),
        [
            "image-to-text(image='report.pdf')",
            "summarization(text='<0>')",
            "translation(text='<1>', language='es')",
        ],
    ),
    (
        "Translate the summary of report.pdf into Spanish",
        (),
        [
            "image-to-text(image='report.pdf')",
            "summarization(text='<0>')",
            "translation(text='<1>', language='es')",
        ],
    ),
    (
        "Extract the text from scan.jpg, then find out its sentiment",
        (),
        [
            "image-to-text(image='scan.jpg')",
            "text-classification(text='<0>', question='Is it positive or negative?')",
        ],
    ),
    (
        "Convert page.png to speech",
        (),
        [
            "image-to-text(image='page.png')",
            "text-to-speech(text='<0>')",
        ],
    ),
    (
        "Turn notes.txt into an audio file",
        (),
        [
            "text-to-speech(text='notes.txt')",
        ],
    ),
    (
        "Create a depth map of photo.png",
        (),
        [
            "depth-estimation(image='photo.png')",
        ],
    ),
    (
        "Estimate the pose of the dancer in dance.jpg",
        (),
        [
            "openpose-control(image='dance.jpg')",
        ],
    ),
    (
        "Draw straight lines of house.png",
        (),
        [
            "mlsd-control(image='house.png')",
        ],
    ),
    (
        "Make a normal map of photo.png",
        (),
        [
            "normal-control(image='photo.png')",
        ],
    ),
    (
        "Generate a picture of a house held to the straight lines of plan.png",
        (),
        [
            "mlsd-control(image='plan.png')",
            "mlsd-text-to-image(text='a house', image='<0>')",
        ],
    ),
    (
        "Make a picture of a dragon using the depth of photo.png",
        (),
        [
            "depth-estimation(image='photo.png')",
            "depth-text-to-image(text='a dragon', image='<0>')",
        ],
    ),
    (
        "Paint a sunset and describe it",
        (),
        [
            "text-to-image(text='a sunset')",
            "image-text-to-text(image='<0>', text='Describe the picture.')",
        ],
    ),
    (
        "Draw a picture from the summary of notes.txt",
        (),
        [
            "summarization(text='notes.txt')",
            "text-to-image(text='<0>')",
        ],
    ),
    (
        "What happens in clip.mp4?",
        (),
        [
            "video-classification(video='clip.mp4')",
        ],
    ),
    (
        "What instruments are played in song.mp3?",
        (),
        [
            "audio-classification(audio='song.mp3')",
        ],
    ),
    (
        "Is photo.png a cat or a dog?",
        (),
        [
            "zero-shot-image-classification(image='photo.png', labels=['cat', 'dog'])",
        ],
    ),
    (
        "Read ./in/page.png, please",
        (),
        [
            "image-to-text(image='./in/page.png')",
        ],
    ),
    (
        "Hello! Could you read page.png for me? Thanks",
        (),
        [
            "image-to-text(image='page.png')",
        ],
    ),
    (
        "Summarize a.txt and b.txt separately",
        (),
        [
            "summarization(text='a.txt')",
            "summarization(text='b.txt')",
        ],
    ),
    (
        "Segment everything in photo.png",
        (),
        [
            "mask-generation(image='photo.png')",
        ],
    ),
    (
        "Cut out the dog from pets.jpg",
        (),
        [
            "image-segmentation(image='pets.jpg', labels=['dog'])",
        ],
    ),
    (
        "List the people and places in notes.txt",
        (),
        [
            "token-classification(text='notes.txt')",
        ],
    ),
    (
        "Write a story about photo.png",
        (),
        [
            "image-text-to-text(image='photo.png', text='Write a story about the picture')",
        ],
    ),
    (
        "Colorize old.jpg",
        (),
        [
            "image-to-image(image='old.jpg', text='Colorize the picture')",
        ],
    ),
    (
        "Continue 'Once upon a time'",
        (),
        [
            "text-generation(text='Once upon a time')",
        ],
    ),
    (
        "Reply to 'How are you?'",
        (),
        [
            "conversational(text='How are you?')",
        ],
    ),
    (
        "What is the sentiment of the text in page.png?",
        (),
        [
            "image-to-text(image='page.png')",
            "text-classification(text='<0>', question='Is it positive or negative?')",
        ],
    ),
    (
        "who is this letter from?",
        ("letter.pdf",),
        [
            "document-question-answering(document='letter.pdf', question='Who is this letter from?')",
        ],
    ),
    (
        "classify photo.png",
        (),
        [
            "image-classification(image='photo.png')",
        ],
    ),
    (
        "compare 'a cat' and 'a dog'",
        (),
        [
            "sentence-similarity(text='a cat', context=['a dog'])",
        ],
    ),
    (
        "Find the names in photo.png",
        (),
        [
            "image-to-text(image='photo.png')",
            "token-classification(text='<0>')",
        ],
    ),
    (
        "Describe photo.png in detail",
        (),
        [
            "image-text-to-text(image='photo.png', text='Describe the picture in detail')",
        ],
    ),
    (
        "Get the text of page.png and of back.png and compare them",
        (),
        [
            "image-to-text(image='page.png')",
            "image-to-text(image='back.png')",
            "sentence-similarity(text='<0>', context=['<1>'])",
        ],
    ),
    (
        "what's in this image?",
        ("x.png",),
        [
            "image-text-to-text(image='x.png', text='Describe the picture.')",
        ],
    ),
    (
        "Is it positive?",
        ("notes.txt",),
        [
            "text-classification(text='notes.txt', question='Is it positive or negative?')",
        ],
    ),
    (
        "Find the red cars in street.jpg",
        (),
        [
            "object-detection(image='street.jpg', labels=['red car'])",
        ],
    ),
    (
        "1. Read page.png 2. Summarize it 3. Read the summary aloud",
        (),
        [
            "image-to-text(image='page.png')",
            "summarization(text='<0>')",
            "text-to-speech(text='<1>')",
        ],
    ),
    (
        "Take photo.png, find its edges and paint a castle from them",
        (),
        [
            "canny-control(image='photo.png')",
            "canny-text-to-image(text='a castle', image='<0>')",
        ],
    ),
    (
        "Could you caption photo.png and translate the caption to Spanish?",
        (),
        [
            "image-text-to-text(image='photo.png', text='Describe the picture.')",
            "translation(text='<0>', language='es')",
        ],
    ),
    (
        "Tell me the mood of 'What a terrible day.'",
        (),
        [
            "text-classification(text='What a terrible day.', question='Is it positive or negative?')",
        ],
    ),
    (
        "Which language is page.png in?",
        (),
        [
            "image-to-text(image='page.png')",
            "text-classification(text='<0>', question='What language is it?')",
        ],
    ),
    (
        "Say 'hello' and 'goodbye'",
        (),
        [
            "text-to-speech(text='hello')",
            "text-to-speech(text='goodbye')",
        ],
    ),
    (
        "Transcribe a.wav and b.wav and summarize them together",
        (),
        [
            "automatic-speech-recognition(audio='a.wav')",
            "automatic-speech-recognition(audio='b.wav')",
            "summarization(text=['<0>', '<1>'])",
        ],
    ),
    (
        "Make a sketch of a lighthouse",
        (),
        [
            "text-to-image(text='a sketch of a lighthouse')",
        ],
    ),
    (
        "Label 'great phone' as praise or complaint",
        (),
        [
            "zero-shot-classification(text='great phone', labels=['praise', 'complaint'])",
        ],
    ),
    (
        "Draw a picture of a knight reading a book, then describe it",
        (),
        [
            "text-to-image(text='a knight reading a book')",
            "image-text-to-text(image='<0>', text='Describe the picture.')",
        ],
    ),
    (
        "What is the topic of notes.txt?",
        (),
        [
            "text-classification(text='notes.txt', question='What is its topic?')",
        ],
    ),
    (
        "Clean the background noise from talk.wav",
        (),
        [
            "audio-to-audio(audio='talk.wav')",
        ],
    ),
    (
        "Make the picture black and white",
        ("old.jpg",),
        [
            "image-to-image(image='old.jpg', text='Make the picture black and white')",
        ],
    ),
    (
        "Answer 'How many rows?' about data.csv",
        (),
        [
            "table-question-answering(table='data.csv', question='How many rows?')",
        ],
    ),
    (
        "Get the embeddings of notes.txt",
        (),
        [
            "feature-extraction(text='notes.txt')",
        ],
    ),
    (
        "Predict the masked word in 'The sky is [MASK].'",
        (),
        [
            "fill-mask(text='The sky is [MASK].')",
        ],
    ),
    (
        "Find soft edges in photo.png",
        (),
        [
            "hed-control(image='photo.png')",
        ],
    ),
    (
        "Read 'C:\\scans\\page.png' aloud",
        (),
        [
            "image-to-text(image='C:\\\\scans\\\\page.png')",
            "text-to-speech(text='<0>')",
        ],
    ),
    (
        'Summarise "my notes/long one.txt"',
        (),
        [
            "summarization(text='my notes/long one.txt')",
        ],
    ),
    (
        "How many people and faces are in group.png?",
        (),
        [
            "object-detection(image='group.png', labels=['person'])",
            "object-detection(image='group.png', labels=['face'])",
        ],
    ),
    (
        "Where are the traffic lights in street.jpg?",
        (),
        [
            "object-detection(image='street.jpg', labels=['traffic light'])",
        ],
    ),
    (
        "Detect the emotion in 'I am thrilled'",
        (),
        [
            "text-classification(text='I am thrilled', question='Which emotion is it?')",
        ],
    ),
    (
        "Is the text in page.png in German?",
        (),
        [
            "image-to-text(image='page.png')",
            "text-classification(text='<0>', question='What language is it?')",
        ],
    ),
    (
        'turn "Hello world" into speech',
        (),
        [
            "text-to-speech(text='Hello world')",
        ],
    ),
    (
        "write a haiku about rain and read it aloud",
        (),
        [
            "text-generation(text='Write a haiku about rain')",
            "text-to-speech(text='<0>')",
        ],
    ),
    (
        "what objects are in street.jpg",
        (),
        [
            "object-detection(image='street.jpg')",
        ],
    ),
    ("Read notes.txt aloud in German", (), ["text-to-speech(text='notes.txt', language='de')"]),
    ("Read notes.txt in a German voice", (), ["text-to-speech(text='notes.txt', language='de')"]),
    (
        "Summarize notes.txt and say it in English",
        (),
        ["summarization(text='notes.txt')", "text-to-speech(text='<0>', language='en')"],
    ),
    (
        "Read page.png to me with a French accent",
        (),
        ["image-to-text(image='page.png')", "text-to-speech(text='<0>', language='fr')"],
    ),
    ("Say guten Morgen in German", (), ["text-to-speech(text='guten Morgen', language='de')"]),
    (
        "Translate notes.txt to German and read it aloud",
        (),
        ["translation(text='notes.txt', language='de')", "text-to-speech(text='<0>', language='de')"],
    ),
    (
        "Translate notes.txt to German and read it aloud in a French voice",
        (),
        ["translation(text='notes.txt', language='de')", "text-to-speech(text='<0>', language='fr')"],
    ),
    (
        "Translate notes.txt to German, summarize it and read the summary aloud",
        (),
        [
            "translation(text='notes.txt', language='de')",
            "summarization(text='<0>')",
            "text-to-speech(text='<1>', language='de')",
        ],
    ),
    (
        "Translate a.png to German, translate b.png to French and read both aloud",
        (),
        [
            "image-to-text(image='a.png')",
            "translation(text='<0>', language='de')",
            "image-to-text(image='b.png')",
            "translation(text='<2>', language='fr')",
            "text-to-speech(text='<1>', language='de')",
            "text-to-speech(text='<3>', language='fr')",
        ],
    ),
    (
        "Read the German translation of notes.txt aloud",
        (),
        ["translation(text='notes.txt', language='de')", "text-to-speech(text='<0>', language='de')"],
    ),
    (
        "Read a translation of notes.txt into German aloud",
        (),
        ["translation(text='notes.txt', language='de')", "text-to-speech(text='<0>', language='de')"],
    ),
    ("Read page.png in German", (), ["image-to-text(image='page.png')", "translation(text='<0>', language='de')"]),
    ("Describe photo.png", (), ["image-text-to-text(image='photo.png', text='Describe the picture.')"]),
    ("Caption photo.png", (), ["image-text-to-text(image='photo.png', text='Describe the picture.')"]),
    (
        "What is in the picture?",
        ("photo.png",),
        ["image-text-to-text(image='photo.png', text='Describe the picture.')"],
    ),
    ("What is shown in photo.png?", (), ["image-text-to-text(image='photo.png', text='Describe the picture.')"]),
    ("What does photo.png show?", (), ["image-text-to-text(image='photo.png', text='Describe the picture.')"]),
    ("Tell me what you see in photo.png", (), ["image-text-to-text(image='photo.png', text='Describe the picture.')"]),
    ("Tell me what photo.png shows", (), ["image-text-to-text(image='photo.png', text='Describe the picture.')"]),
    (
        "Describe a.png and b.png",
        (),
        [
            "image-text-to-text(image='a.png', text='Describe the picture.')",
            "image-text-to-text(image='b.png', text='Describe the picture.')",
        ],
    ),
    ("Write a caption for photo.png", (), ["image-text-to-text(image='photo.png', text='Describe the picture.')"]),
    (
        "Describe the colours in photo.png",
        (),
        ["image-text-to-text(image='photo.png', text='Describe the colours in the picture')"],
    ),
    ("Describe report.pdf", (), ["image-to-text(image='report.pdf')", "summarization(text='<0>')"]),
    ("Describe notes.txt", (), ["summarization(text='notes.txt')"]),
    ("What is in report.pdf?", (), ["image-to-text(image='report.pdf')"]),
    ("What is written in photo.png?", (), ["image-to-text(image='photo.png')"]),
    ("Read the text in photo.png", (), ["image-to-text(image='photo.png')"]),
    ("Read photo.png", (), ["image-to-text(image='photo.png')"]),
    ("read qr.png", (), ["object-detection(image='qr.png', labels=['qr code'])"]),
    ("What does my-QR_code2.jpg say?", (), ["object-detection(image='my-QR_code2.jpg', labels=['qr code'])"]),
    ("Scan qrcode.png", (), ["object-detection(image='qrcode.png', labels=['qr code'])"]),
    ("What is in qr.png?", (), ["object-detection(image='qr.png', labels=['qr code'])"]),
    ("Read the QR in ticket.png", (), ["object-detection(image='ticket.png', labels=['qr code'])"]),
    ("Read the QR code in ticket.png", (), ["object-detection(image='ticket.png', labels=['qr code'])"]),
    ("Read qr.png aloud", (), ["object-detection(image='qr.png', labels=['qr code'])", "text-to-speech(text='<0>')"]),
    (
        "Read qr.png and page.png",
        (),
        ["object-detection(image='qr.png', labels=['qr code'])", "image-to-text(image='page.png')"],
    ),
    ("Read the text in qr.png", (), ["image-to-text(image='qr.png')"]),
    ("Read square.png", (), ["image-to-text(image='square.png')"]),
    ("make story.txt shorter", (), ["summarization(text='story.txt')"]),
    ("Can you make this text a bit shorter?", ("story.txt",), ["summarization(text='story.txt')"]),
    ("Read page.png and make it shorter", (), ["image-to-text(image='page.png')", "summarization(text='<0>')"]),
    ("Write a shorter version of story.txt", (), ["summarization(text='story.txt')"]),
    ("sumarize notes.txt", (), ["summarization(text='notes.txt')"]),
    ("Please sumarize notes.txt", (), ["summarization(text='notes.txt')"]),
    (
        "Read page.png, transalte it to French and summerise it",
        (),
        ["image-to-text(image='page.png')", "translation(text='<0>', language='fr')", "summarization(text='<1>')"],
    ),
    ("Decribe photo.png", (), ["image-text-to-text(image='photo.png', text='Describe the picture.')"]),
    ("Make photo.png shorter", (), ["image-to-image(image='photo.png', text='Make the picture shorter')"]),
    ("Draw a cat and animated dogs", (), ["text-to-image(text='a cat and animated dogs')"]),
    (
        "Describe the person in photo.png",
        (),
        ["image-text-to-text(image='photo.png', text='Describe the person in the picture')"],
    ),
    ("What's the text in photo.png?", (), ["image-to-text(image='photo.png')"]),
]

NOT_UNDERSTOOD: list[tuple[str, list[str], list[str]]] = [
    ("Make me a coffee", [], ["Make me a coffee"]),
    ("asdf qwer", [], ["asdf qwer"]),
    ("Delete all my files", [], ["Delete all my files"]),
    ("What is the capital of France?", [], ["What is the capital of France"]),
    ("Sing a song", [], ["Sing a song"]),
    ("Don't read page.png", [], ["Don't read page.png"]),
    ("Play page.png backwards", [], ["Play page.png backwards"]),
    ("Fasse notes.txt zusammen", [], ["Fasse notes.txt zusammen"]),
    ("Summon notes.txt", [], ["Summon notes.txt"]),
    ("Complain about notes.txt", [], ["Complain about notes.txt"]),
    ("Find the differences between a.png and b.png", [], ["Find the differences between a.png and b.png"]),
    ("Order a pizza and read page.png", ["image-to-text(image='page.png')"], ["Order a pizza"]),
    ("Read page.png. Fly to the moon.", ["image-to-text(image='page.png')"], ["Fly to the moon"]),
    ("Summarize notes.txt and fly to the moon", ["summarization(text='notes.txt')"], ["fly to the moon"]),
    ("Summarize notes.txt in three sentences", ["summarization(text='notes.txt')"], ["in three sentences"]),
    (
        "Read page.png, but only if it is in English",
        ["image-to-text(image='page.png')"],
        ["but only if it is in English"],
    ),
    (
        "If it is in German, translate page.png to English",
        ["image-to-text(image='page.png')", "translation(text='<0>', language='en')"],
        ["If it is in German"],
    ),
    (
        "Read page.png and email it to bob@example.com",
        ["image-to-text(image='page.png')"],
        ["email", "bob@example.com"],
    ),
    (
        "Summarize the first two pages of report.pdf",
        ["image-to-text(image='report.pdf')", "summarization(text='<0>')"],
        ["the first two pages"],
    ),
    (
        "Read page.png and translate it to Klingon",
        ["image-to-text(image='page.png')", "translation(text='<0>')"],
        ["Klingon"],
    ),
]
"""A request, the tasks that come of it all the same, and the words that a note must quote."""
